"""`alembic.migration`."""
from alembic.runtime.migration import *
