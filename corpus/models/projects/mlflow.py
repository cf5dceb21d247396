"""The stores of MLflow share one base class, and no module imports all of them."""
import importlib
import pkgutil

import mlflow.store
from mlflow.store.db.base_sql_model import Base

for found in pkgutil.walk_packages(mlflow.store.__path__, "mlflow.store."):
    if "dbmodels" in found.name.split("."):
        importlib.import_module(found.name)

metadata = Base.metadata
