"""`alembic.ddl.postgresql`."""
from alembic.ddl.impl import DefaultImpl


class PostgresqlImpl(DefaultImpl):
    ...
