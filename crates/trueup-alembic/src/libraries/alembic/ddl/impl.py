"""`alembic.ddl.impl`."""
from alembic.runtime.migration import _Impl


class DefaultImpl(_Impl):
    ...
