from optuna.storages._rdb.models import BaseModel

metadata = BaseModel.metadata
