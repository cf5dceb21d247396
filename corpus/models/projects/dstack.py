from dstack._internal.server.models import BaseModel

metadata = BaseModel.metadata
