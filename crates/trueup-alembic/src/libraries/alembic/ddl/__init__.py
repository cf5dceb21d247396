"""`alembic.ddl`."""
from alembic.ddl import base, impl, postgresql, sqlite
from alembic.ddl.impl import DefaultImpl
