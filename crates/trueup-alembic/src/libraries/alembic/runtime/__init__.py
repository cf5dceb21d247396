"""`alembic.runtime`."""
from alembic.runtime import environment, migration
