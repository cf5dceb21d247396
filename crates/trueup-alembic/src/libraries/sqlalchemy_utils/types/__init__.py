"""The types of SQLAlchemy-Utils. Source: sqlalchemy-utils 0.43 `types/`."""
from sqlalchemy import types as _types
from sqlalchemy.dialects import postgresql as _postgresql
from sqlalchemy._trueup import type_instance


class Choice:
    def __init__(self, code, value):
        ...


class _Fixed(_types.TypeDecorator):
    """A decorator over a text type whose length is the first argument."""

    _length = 255
    _text = _types.Unicode

    def __init__(self, max_length=None, *args, **kw):
        self.impl = type(self)._text(max_length if max_length is not None else type(self)._length)


class ArrowType(_types.TypeDecorator):
    impl = _types.DateTime


class EnrichedDateTimeType(_types.TypeDecorator):
    impl = _types.DateTime

    def __init__(self, datetime_processor=None, *args, **kw):
        self.impl = _types.DateTime(*args, **kw)


class EnrichedDateType(_types.TypeDecorator):
    impl = _types.Date

    def __init__(self, date_processor=None, *args, **kw):
        self.impl = _types.Date()


class ChoiceType(_types.TypeDecorator):
    impl = _types.Unicode(255)

    def __init__(self, choices, impl=None):
        self.choices = choices
        self.impl = type_instance(impl) if impl is not None else _types.Unicode(255)


class ColorType(_Fixed):
    _length = 20


class CountryType(_types.TypeDecorator):
    impl = _types.String(2)

    def __init__(self, *args, **kw):
        self.impl = _types.String(2)


class CurrencyType(_types.TypeDecorator):
    impl = _types.String(3)

    def __init__(self, *args, **kw):
        self.impl = _types.String(3)


class EmailType(_types.TypeDecorator):
    impl = _types.Unicode

    def __init__(self, length=255, *args, **kw):
        self.impl = _types.Unicode(length)


class EncryptedType(_types.TypeDecorator):
    impl = _types.LargeBinary

    def __init__(self, type_in=None, key=None, engine=None, padding=None, **kw):
        self.impl = _types.LargeBinary()


class StringEncryptedType(_types.TypeDecorator):
    impl = _types.String

    def __init__(self, type_in=None, key=None, engine=None, padding=None, length=None, **kw):
        self.impl = _types.String(length)


class AesEngine:
    ...


class FernetEngine:
    ...


class AesGcmEngine:
    ...


class IPAddressType(_Fixed):
    _length = 50


class JSONType(_types.TypeDecorator):
    impl = _types.UnicodeText

    def load_dialect_impl(self, dialect):
        return _types.JSON() if dialect.name == "postgresql" else _types.UnicodeText()


class LocaleType(_types.TypeDecorator):
    impl = _types.Unicode(10)

    def __init__(self, *args, **kw):
        self.impl = _types.Unicode(10)


class LtreeType(_types.UserDefinedType):
    def get_col_spec(self, **kw):
        return "LTREE"


class Ltree:
    def __init__(self, path):
        ...


class Password:
    ...


class PasswordType(_types.TypeDecorator):
    """Its length depends on the hash schemes that passlib has, and is at least 1024."""

    impl = _types.VARBINARY(1024)

    def __init__(self, max_length=None, **kw):
        self._max_length = max_length
        self.impl = _types.VARBINARY(max_length or 1024)

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return _postgresql.BYTEA()
        if dialect.name == "sqlite":
            return _types.BLOB()
        return _types.VARBINARY(self._max_length or 1024)


class PhoneNumberType(_types.TypeDecorator):
    impl = _types.Unicode(20)

    def __init__(self, region="US", max_length=20, *args, **kw):
        self.impl = _types.Unicode(max_length)


class PhoneNumber:
    def __init__(self, *args, **kw):
        ...


class RangeType(_types.TypeDecorator):
    """Ranges; elsewhere than on PostgreSQL a text. What steps or bounds are given is for values only."""

    def __init__(self, *args, **kw):
        self.impl = type(self).impl()

    def load_dialect_impl(self, dialect):
        return self.impl if dialect.name == "postgresql" else _types.String(255)


class DateRangeType(RangeType):
    impl = _postgresql.DATERANGE


class DateTimeRangeType(RangeType):
    impl = _postgresql.TSRANGE


class Int8RangeType(RangeType):
    impl = _postgresql.INT8RANGE


class IntRangeType(RangeType):
    impl = _postgresql.INT4RANGE


class NumericRangeType(RangeType):
    impl = _postgresql.NUMRANGE


class ScalarListType(_types.TypeDecorator):
    impl = _types.UnicodeText

    def __init__(self, coerce_func=str, separator=","):
        self.impl = _types.UnicodeText()


class TimezoneType(_types.TypeDecorator):
    impl = _types.Unicode(50)

    def __init__(self, backend="dateutil"):
        self.impl = _types.Unicode(50)


class TSVectorType(_types.TypeDecorator):
    impl = _postgresql.TSVECTOR

    def __init__(self, *args, **kw):
        self.columns = args
        self.options = kw
        self.impl = _postgresql.TSVECTOR()


class URLType(_types.TypeDecorator):
    impl = _types.UnicodeText


class UUIDType(_types.TypeDecorator):
    impl = _types.BINARY(16)

    def __init__(self, binary=True, native=True):
        self.binary = binary
        self.native = native
        self.impl = _types.BINARY(16)

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql" and self.native:
            return _postgresql.UUID()
        return _types.BINARY(16) if self.binary else _types.CHAR(32)


class BitType(_types.TypeDecorator):
    impl = _types.BINARY

    def __init__(self, length=1, **kw):
        self.length = length
        self.impl = _types.BINARY(length)

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return _postgresql.BIT(self.length)
        return _types.String(self.length) if dialect.name == "sqlite" else _types.BINARY(self.length)


class WeekDaysType(_types.TypeDecorator):
    impl = BitType(7)

    def __init__(self, *args, **kw):
        self.impl = BitType(7)


class CompositeType(_types.UserDefinedType):
    def __init__(self, name, columns, quote=None, **kw):
        self.name = name
        self.columns = columns

    def get_col_spec(self, **kw):
        return self.name
