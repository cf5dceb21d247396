"""`sqlmodel.sql.sqltypes`: the text type that revisions name."""
from sqlalchemy import types
from sqlalchemy.dialects import postgresql as _postgresql


class AutoString(types.TypeDecorator):
    impl = types.String
    cache_ok = True


class GUID(types.TypeDecorator):
    impl = types.CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return _postgresql.UUID() if dialect.name == "postgresql" else types.CHAR(32)


class UTCDateTime(types.TypeDecorator):
    impl = types.DateTime
    cache_ok = True

    def __init__(self):
        super().__init__(timezone=True)
