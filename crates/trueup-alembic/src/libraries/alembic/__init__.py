"""Alembic. Source: Alembic 1.20, `alembic/__init__.py`."""
from alembic import autogenerate, config, context, ddl, migration, op, operations, runtime, script, util

__version__ = "1.20.1"
