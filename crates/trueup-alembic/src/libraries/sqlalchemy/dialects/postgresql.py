"""PostgreSQL's types and constructs. Source: SQLAlchemy 2.0 `dialects/postgresql`."""
from typing import _GenericAlias

from sqlalchemy import types as _types
from sqlalchemy._elements import (
    BinaryExpression,
    ColumnElement,
    Function,
    Insert,
    _sql_of,
    func,
)
from sqlalchemy._trueup import type_instance
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import ColumnCollectionConstraint, Constraint, _CreateDropBase
from sqlalchemy.types import (
    ARRAY as _ARRAY,
    BIGINT,
    BOOLEAN,
    CHAR,
    DATE,
    DOUBLE_PRECISION,
    FLOAT,
    INTEGER,
    JSON as _JSON,
    NUMERIC,
    REAL,
    SMALLINT,
    TEXT,
    TIME as _TIME,
    TIMESTAMP as _TIMESTAMP,
    UUID as _UUID,
    VARCHAR,
    Enum as _Enum,
    SchemaType,
    TypeEngine,
)


class _Only(TypeEngine):
    """A type that only PostgreSQL has."""

    _name = None

    def _compile(self, dialect):
        if dialect.name != "postgresql":
            raise CompileError(f"{dialect.name} has no type {type(self).__name__}")
        return self._name or type(self).__name__


class TIMESTAMP(_TIMESTAMP):
    def __init__(self, timezone=False, precision=None):
        ...


class TIME(_TIME):
    def __init__(self, timezone=False, precision=None):
        ...


class INTERVAL(_Only):
    native = True

    def __init__(self, precision=None, fields=None):
        ...

    def _compile(self, dialect):
        text = "INTERVAL"
        if self.fields is not None:
            text += " " + self.fields
        if self.precision is not None:
            text += f"({self.precision})"
        return text


class BIT(_Only):
    def __init__(self, length=None, varying=False):
        ...

    def _compile(self, dialect):
        if self.varying:
            return f"BIT VARYING({self.length})" if self.length is not None else "BIT VARYING"
        return f"BIT({self.length or 1})"


class UUID(_UUID):
    def __init__(self, as_uuid=True):
        ...


class JSON(_JSON):
    def __init__(self, none_as_null=False, astext_type=None):
        ...


class JSONB(JSON):
    _is_subscripted = True

    def _compile(self, dialect):
        if dialect.name != "postgresql":
            raise CompileError(f"{dialect.name} has no type JSONB")
        return "JSONB"


class Range:
    """A value of a range type, which annotations name: `Mapped[Range[int]]`."""

    def __class_getitem__(cls, item):
        return _GenericAlias(cls, (item,))


class JSONPATH(_Only):
    ...


class BYTEA(_types.LargeBinary):
    def _compile(self, dialect):
        return "BYTEA"


class INET(_Only):
    ...


class CIDR(_Only):
    ...


class MACADDR(_Only):
    ...


class MACADDR8(_Only):
    ...


class MONEY(_Only):
    ...


class OID(_Only):
    ...


class REGCLASS(_Only):
    ...


class REGCONFIG(_Only):
    ...


class TSVECTOR(_Only):
    ...


class TSQUERY(_Only):
    ...


class XML(_Only):
    ...


class CITEXT(_Only):
    def __init__(self, length=None, collation=None):
        ...


class HSTORE(_Only):
    def __init__(self, text_type=None):
        ...


class AbstractRange(_Only):
    ...


class INT4RANGE(AbstractRange):
    ...


class INT8RANGE(AbstractRange):
    ...


class NUMRANGE(AbstractRange):
    ...


class DATERANGE(AbstractRange):
    ...


class TSRANGE(AbstractRange):
    ...


class TSTZRANGE(AbstractRange):
    ...


class INT4MULTIRANGE(AbstractRange):
    ...


class INT8MULTIRANGE(AbstractRange):
    ...


class NUMMULTIRANGE(AbstractRange):
    ...


class DATEMULTIRANGE(AbstractRange):
    ...


class TSMULTIRANGE(AbstractRange):
    ...


class TSTZMULTIRANGE(AbstractRange):
    ...


class ARRAY(_ARRAY):
    ...


class ENUM(_Enum):
    """`postgresql.ENUM(…, name=…, create_type=True)`: always native; other databases get a VARCHAR."""

    def __init__(self, *enums, **kw):
        super().__init__(*enums, **kw)
        self.native_enum = True
        self.create_type = kw.get("create_type", True)

    def create(self, bind=None, checkfirst=True):
        ...

    def drop(self, bind=None, checkfirst=True):
        ...


class DOMAIN(_Only, SchemaType):
    def __init__(self, name, data_type, collation=None, default=None, constraint_name=None, not_null=None, check=None, create_type=True, **kw):
        self.name = name
        self.data_type = type_instance(data_type)
        self.collation = collation
        self.default = default
        self.constraint_name = constraint_name
        self.not_null = not_null
        self.check = check
        self.create_type = create_type
        self.schema = kw.get("schema")
        self.metadata = kw.get("metadata")

    def _compile(self, dialect):
        return self.name


NamedType = SchemaType


class ExcludeConstraint(ColumnCollectionConstraint):
    __visit_name__ = "exclude_constraint"

    def __init__(self, *elements, name=None, deferrable=None, initially=None, where=None, using="gist", ops=None, **kw):
        self.elements = list(elements)
        self.columns = []
        self.name = name
        self.deferrable = deferrable
        self.initially = initially
        self.where = where
        self.using = using
        self.ops = ops or {}


class array(ColumnElement):
    def __init__(self, clauses, type_=None, **kw):
        self.items = list(clauses)
        self.type = ARRAY(type_) if type_ is not None else _types.NULLTYPE

    def _sql(self, dialect):
        return "ARRAY[" + ", ".join([_sql_of(item, dialect) for item in self.items]) + "]"


class hstore(Function):
    def __init__(self, *args, **kw):
        self.name = "hstore"
        self.clause_args = args


class aggregate_order_by(ColumnElement):
    def __init__(self, target, *order_by):
        ...


def array_agg(*arg, **kw):
    return func.array_agg(*arg)


def to_tsvector(*args, **kw):
    return func.to_tsvector(*args)


def to_tsquery(*args, **kw):
    return func.to_tsquery(*args)


def insert(table, *args, **kw):
    return Insert(table, *args, **kw)


def Any(other, arrexpr, operator=None):
    return BinaryExpression(other, arrexpr, "= ANY")


def All(other, arrexpr, operator=None):
    return BinaryExpression(other, arrexpr, "= ALL")


class CreateEnumType(_CreateDropBase):
    ...


class DropEnumType(_CreateDropBase):
    ...


class CreateDomainType(_CreateDropBase):
    ...


class DropDomainType(_CreateDropBase):
    ...

