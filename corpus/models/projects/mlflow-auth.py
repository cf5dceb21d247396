from mlflow.server.auth.db.models import Base

metadata = Base.metadata
