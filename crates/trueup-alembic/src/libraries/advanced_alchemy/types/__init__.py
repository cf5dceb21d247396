"""`advanced_alchemy.types`."""
from sqlalchemy.dialects.postgresql import JSONB as _JSONB
from sqlalchemy.dialects.postgresql import UUID as _UUID
from sqlalchemy.types import BINARY, JSON, BigInteger, DateTime, Integer, String, Text, TypeDecorator


class GUID(TypeDecorator):
    impl = BINARY(16)
    cache_ok = True

    def __init__(self, *args, binary=True, **kw):
        super().__init__()
        self.binary = binary

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return _UUID()
        return BINARY(16) if self.binary else String(32)


class DateTimeUTC(TypeDecorator):
    impl = DateTime(timezone=True)
    cache_ok = True

    def __init__(self, *args, **kw):
        super().__init__()


BigIntIdentity = BigInteger().with_variant(Integer(), "sqlite")
JsonB = JSON().with_variant(_JSONB(), "postgresql")


class EncryptedText(TypeDecorator):
    impl = Text
    cache_ok = True

    def __init__(self, *args, **kw):
        super().__init__()
