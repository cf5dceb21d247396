import fides.api.db.database  # noqa: F401  The migrations import this, and it imports every module with models.
from fides.api.models.sql_models import Base

metadata = Base.metadata
