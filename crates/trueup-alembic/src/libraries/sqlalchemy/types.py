"""SQLAlchemy's types: what each compiles to on each dialect.

`_compile(dialect)` returns SQL text, as `TypeEngine.compile` does. A type that a dialect cannot compile
raises `CompileError`, as SQLAlchemy would. Sources: SQLAlchemy 2.0 `sql/sqltypes.py`, `sql/compiler.py`,
`dialects/postgresql/base.py`, `dialects/sqlite/base.py`.
"""
from sqlalchemy.exc import CompileError
from sqlalchemy._trueup import copy_object, sqlalchemy_version, type_instance


class Comparator:
    ...


class TypeEngine:
    Comparator = Comparator
    should_evaluate_none = False
    hashable = True
    sort_key_function = None
    _variants = None

    def _compile(self, dialect):
        raise CompileError(f"{dialect.name} has no type {type(self).__name__}")

    def _length(self, name):
        return f"{name}({self.length})" if self.length is not None else name

    def with_variant(self, type_, *dialect_names):
        new = copy_object(self)
        variants = dict(self._variants or {})
        for dialect_name in dialect_names:
            variants[dialect_name] = type_instance(type_)
        new._variants = variants
        return new

    def copy(self, **kw):
        return copy_object(self)

    def adapt(self, cls, **kw):
        return cls(**kw)

    def dialect_impl(self, dialect):
        return self

    def evaluates_none(self):
        return copy_object(self)

    def compile(self, dialect=None):
        return self._compile(dialect)

    def __str__(self):
        name = type(self).__name__
        if name != name.upper() or name in ("ENUM", "ARRAY", "DOMAIN"):
            return self._text()
        length = getattr(self, "length", None)
        precision = getattr(self, "precision", None)
        if length is not None:
            return f"{name}({length})"
        if name in ("NUMERIC", "DECIMAL") and precision is not None:
            scale = getattr(self, "scale", None)
            return f"{name}({precision})" if scale is None else f"{name}({precision}, {scale})"
        return name.replace("_", " ")

    def _text(self):
        ...

    def load_dialect_impl(self, dialect):
        return self

    @property
    def python_type(self):
        ...

    def as_mutable(self, sqltype):
        return sqltype


class ExternalType:
    cache_ok = None


class UserDefinedType(TypeEngine):
    cache_ok = None

    def _compile(self, dialect):
        return self.get_col_spec()


class TypeDecorator(TypeEngine):
    cache_ok = None
    impl = None
    coerce_to_is_types = ()

    def __init__(self, *args, **kwargs):
        impl = type(self).impl
        if impl is not None:
            self.impl = impl(*args, **kwargs) if isinstance(impl, type) else impl

    @property
    def impl_instance(self):
        return type_instance(self.impl)

    def load_dialect_impl(self, dialect):
        return self.impl

    def __getattr__(self, name):
        if name in ("impl", "_variants") or name.startswith("__"):
            raise AttributeError(name)
        # A constructor that does not call this one leaves what the class says.
        return getattr(type_instance(self.impl), name)


class NullType(TypeEngine):
    def _compile(self, dialect):
        raise CompileError("Can't generate DDL for NullType(); did you forget to specify a type on this Column?")


NULLTYPE = NullType()


class Variant(TypeDecorator):
    ...


class Concatenable:
    ...


class Indexable:
    ...


class SchemaType:
    # Only PostgreSQL's own types look first whether they exist.
    def create(self, bind=None, checkfirst=False):
        ...

    def drop(self, bind=None, checkfirst=False):
        ...


class String(Concatenable, TypeEngine):
    length = None

    # The other parameters are those of 1.4. Without `**kw`, `String(length=5, **unknown)` has a length.
    def __init__(self, length=None, collation=None, convert_unicode=False, unicode_error=None, _warn_on_bytestring=False, _expects_unicode=False):
        ...

    def _compile(self, dialect):
        return self._length("VARCHAR")


class VARCHAR(String):
    ...


class NVARCHAR(String):
    def _compile(self, dialect):
        return self._length("NVARCHAR")


class CHAR(String):
    def _compile(self, dialect):
        return self._length("CHAR")


class NCHAR(String):
    def _compile(self, dialect):
        return self._length("NCHAR")


class Unicode(String):
    ...


class Text(String):
    def _compile(self, dialect):
        return "TEXT"


class TEXT(Text):
    def _compile(self, dialect):
        return self._length("TEXT")


class UnicodeText(Text):
    ...


class CLOB(Text):
    def _compile(self, dialect):
        return "CLOB"


class Integer(TypeEngine):
    def _compile(self, dialect):
        return "INTEGER"


class INTEGER(Integer):
    ...


INT = INTEGER


class SmallInteger(Integer):
    def _compile(self, dialect):
        return "SMALLINT"


class SMALLINT(SmallInteger):
    ...


class BigInteger(Integer):
    def _compile(self, dialect):
        return "BIGINT"


class BIGINT(BigInteger):
    ...


class Numeric(TypeEngine):
    precision = None
    scale = None

    def __init__(self, precision=None, scale=None, decimal_return_scale=None, asdecimal=True):
        ...

    def _numeric(self, name):
        if self.precision is None:
            return name
        if self.scale is None:
            return f"{name}({self.precision})"
        return f"{name}({self.precision}, {self.scale})"

    def _compile(self, dialect):
        return self._numeric("NUMERIC")


class NUMERIC(Numeric):
    ...


class DECIMAL(Numeric):
    def _compile(self, dialect):
        return self._numeric("DECIMAL")


class Float(Numeric):
    scale = None

    def __init__(self, precision=None, asdecimal=False, decimal_return_scale=None):
        ...

    def _compile(self, dialect):
        if dialect.name == "postgresql" and self.precision is not None:
            return f"FLOAT({self.precision})"
        return "FLOAT"


class FLOAT(Float):
    ...


class REAL(Float):
    def _compile(self, dialect):
        return "REAL"


class Double(Float):
    def _compile(self, dialect):
        return "DOUBLE PRECISION" if dialect.name == "postgresql" else "DOUBLE"


class DOUBLE(Double):
    def _compile(self, dialect):
        return "DOUBLE"


class DOUBLE_PRECISION(Double):
    def _compile(self, dialect):
        return "DOUBLE PRECISION"


class DateTime(TypeEngine):
    timezone = False

    def __init__(self, timezone=False):
        ...

    def _compile(self, dialect):
        if dialect.name == "postgresql":
            return "TIMESTAMP WITH TIME ZONE" if self.timezone else "TIMESTAMP WITHOUT TIME ZONE"
        return "DATETIME"


class DATETIME(DateTime):
    def _compile(self, dialect):
        return "DATETIME"


class TIMESTAMP(DateTime):
    precision = None

    def _compile(self, dialect):
        if dialect.name != "postgresql":
            return "TIMESTAMP"
        precision = f"({self.precision})" if self.precision is not None else ""
        return f"TIMESTAMP{precision} {'WITH' if self.timezone else 'WITHOUT'} TIME ZONE"


class Date(TypeEngine):
    def _compile(self, dialect):
        return "DATE"


class DATE(Date):
    ...


class Time(TypeEngine):
    timezone = False
    precision = None

    def __init__(self, timezone=False):
        ...

    def _compile(self, dialect):
        if dialect.name != "postgresql":
            return "TIME"
        precision = f"({self.precision})" if self.precision is not None else ""
        return f"TIME{precision} {'WITH' if self.timezone else 'WITHOUT'} TIME ZONE"


class TIME(Time):
    ...


class Interval(TypeEngine):
    native = True
    second_precision = None

    def __init__(self, native=True, second_precision=None, day_precision=None):
        ...

    def _compile(self, dialect):
        if dialect.name != "postgresql" or not self.native:
            return DateTime()._compile(dialect)
        return f"INTERVAL({self.second_precision})" if self.second_precision is not None else "INTERVAL"


class _Binary(TypeEngine):
    length = None

    def __init__(self, length=None):
        ...


class LargeBinary(_Binary):
    def _compile(self, dialect):
        return "BYTEA" if dialect.name == "postgresql" else "BLOB"


Binary = LargeBinary


class BLOB(LargeBinary):
    def _compile(self, dialect):
        return "BLOB"


class BINARY(_Binary):
    def _compile(self, dialect):
        return self._length("BINARY")


class VARBINARY(_Binary):
    def _compile(self, dialect):
        return self._length("VARBINARY")


class PickleType(TypeDecorator):
    impl = LargeBinary

    def __init__(self, protocol=None, pickler=None, comparator=None, impl=None):
        self.impl = type_instance(impl) if impl is not None else LargeBinary()


# Up to 1.3 booleans and enumerations that are no native types bring a CHECK unless told otherwise.
_CONSTRAINED = sqlalchemy_version() < (1, 4)


class Boolean(SchemaType, TypeEngine):
    create_constraint = False
    name = None

    def __init__(self, create_constraint=None, name=None, _create_events=True, _adapted_from=None):
        self.create_constraint = _CONSTRAINED if create_constraint is None else create_constraint
        self.name = name

    def _compile(self, dialect):
        return "BOOLEAN"


class BOOLEAN(Boolean):
    ...


class Enum(SchemaType, String):
    """`Enum("a", "b", name=…)` or `Enum(PythonEnum, …)`; labels are the members' names unless `values_callable`."""

    native_enum = True
    create_constraint = False
    create_type = True
    schema = None
    metadata = None
    length = None
    inherit_schema = False

    def __init__(self, *enums, **kw):
        enum_class = None
        values_callable = kw.get("values_callable")
        if len(enums) == 1 and isinstance(enums[0], type) and hasattr(enums[0], "__members__"):
            enum_class = enums[0]
            if values_callable is not None:
                labels = list(values_callable(enum_class))
            else:
                # An alias is another name of a member, not a label.
                keeps_aliases = kw.get("omit_aliases", True) is False
                labels = [name for name, member in enum_class.__members__.items() if keeps_aliases or member.name == name]
        elif len(enums) == 1 and isinstance(enums[0], (list, tuple)):
            labels = list(enums[0])
        else:
            labels = list(enums)
        self.enum_class = enum_class
        self.enums = labels
        self._options = kw
        name = kw.get("name")
        if name is None and enum_class is not None:
            name = enum_class.__name__.lower()
        self.name = name
        self.native_enum = kw.get("native_enum", True)
        self.create_constraint = kw.get("create_constraint", _CONSTRAINED)
        # `Enum` takes the keyword without a word and does nothing with it; `postgresql.ENUM` heeds it.
        self.create_type = True
        self.schema = kw.get("schema")
        self.metadata = kw.get("metadata")
        self.inherit_schema = kw.get("inherit_schema", False)
        self.collation = None
        self.length = kw.get("length")
        if self.metadata is not None:
            self.metadata._types.append(self)
            if self.schema is None and self.metadata.schema is not None:
                self.schema = self.metadata.schema

    def _for_python_type(self, *enums, **options):
        """`Enum(enum.Enum, …)` and `Enum(…)` without labels: the same type for an enumeration or the texts of a `Literal`."""
        settings = dict(self._options)
        settings.update(options)
        return type(self)(*enums, **settings)

    def _label_of(self, member):
        """The label of a member of the enumeration."""
        if self.enum_class is None:
            return member.name
        members = [found for name, found in self.enum_class.__members__.items() if found.name == name]
        for found, label in zip(members, self.enums):
            if found is member:
                return label
        return member.name

    def _label_length(self):
        longest = max([len(label) for label in self.enums] or [0])
        return max(longest, self.length) if self.length is not None else longest

    def _is_native(self, dialect):
        return dialect.name == "postgresql" and self.native_enum

    def _compile(self, dialect):
        # A native enum's text is its name; compiling to a type makes the enum type itself too.
        if self._is_native(dialect):
            return self.name
        return f"VARCHAR({self._label_length()})"


class JSON(Indexable, TypeEngine):
    NULL = None

    def __init__(self, none_as_null=False, **kw):
        ...

    def _compile(self, dialect):
        return "JSON"


class ARRAY(Concatenable, Indexable, TypeEngine):
    item_type = None
    dimensions = None

    def __init__(self, item_type, as_tuple=False, dimensions=None, zero_indexes=False):
        self.item_type = type_instance(item_type)
        self.dimensions = dimensions


class TupleType(TypeEngine):
    ...


class Uuid(TypeEngine):
    as_uuid = True
    native_uuid = True

    def __init__(self, as_uuid=True, native_uuid=True):
        ...

    def _compile(self, dialect):
        return "UUID" if dialect.name == "postgresql" and self.native_uuid else "CHAR(32)"


class UUID(Uuid):
    def __init__(self, as_uuid=True):
        ...

    def _compile(self, dialect):
        return "UUID"


class MatchType(Boolean):
    ...


STRINGTYPE = String()
INTEGERTYPE = Integer()
BOOLEANTYPE = Boolean()
