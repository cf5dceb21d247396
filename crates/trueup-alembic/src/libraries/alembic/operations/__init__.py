"""`alembic.operations`."""
from alembic.operations.base import AbstractOperations, BatchOperations, Operations
from alembic.operations.ops import MigrateOperation, MigrationScript
