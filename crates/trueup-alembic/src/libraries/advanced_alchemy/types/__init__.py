"""`advanced_alchemy.types`."""
from sqlalchemy.dialects.postgresql import JSONB as _JSONB
from sqlalchemy.dialects.postgresql import UUID as _UUID
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.types import (
    BINARY,
    CHAR,
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
)


class GUID(TypeDecorator):
    impl = BINARY(16)
    cache_ok = True

    def __init__(self, *args, binary=True, **kw):
        super().__init__()
        self.binary = binary

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return _UUID()
        return BINARY(16) if self.binary else CHAR(32)


class DateTimeUTC(TypeDecorator):
    impl = DateTime(timezone=True)
    cache_ok = True

    def __init__(self, *args, **kw):
        super().__init__()


BigIntIdentity = BigInteger().with_variant(Integer(), "sqlite")
JsonB = JSON().with_variant(_JSONB(), "postgresql")


class ORA_JSONB(TypeDecorator):
    """Oracle's; no other database is asked for it."""

    impl = LargeBinary
    cache_ok = True


class EncryptedString(TypeDecorator):
    """The length is that of what is encrypted, not of the column."""

    impl = String
    cache_ok = True

    def __init__(self, key=None, backend=None, length=None, **kw):
        super().__init__()
        self.key = key
        self.backend = backend
        self.length = length

    def load_dialect_impl(self, dialect):
        return String()


class EncryptedText(EncryptedString):
    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return Text()


class EncryptionBackend:
    ...


class FernetBackend(EncryptionBackend):
    ...


class PGCryptoBackend(EncryptionBackend):
    ...


class TOTPSecret(EncryptedString):
    ...


class PasswordHash(TypeDecorator):
    impl = String
    cache_ok = True

    def __init__(self, backend=None, length=255):
        super().__init__(length=length)
        self.backend = backend


class HashedPassword:
    ...


class OneTimeCode(TypeDecorator):
    impl = JsonB
    cache_ok = True

    def __init__(self, *args, **kw):
        super().__init__()


class FileObject:
    def __init__(self, *args, **kw):
        ...


class FileObjectList(list):
    ...


class StoredObject(TypeDecorator):
    impl = JsonB
    cache_ok = True

    def __init__(self, backend=None, multiple=False, *args, **kw):
        super().__init__()
        self.backend = backend
        self.multiple = multiple


Bool = Boolean
