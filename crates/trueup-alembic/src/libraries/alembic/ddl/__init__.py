"""`alembic.ddl`."""
from alembic.ddl.impl import DefaultImpl
