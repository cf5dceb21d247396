"""SQLModel: fields of annotated classes become columns.

Source: sqlmodel 0.0.x `main.py` (`get_column_from_field`, `get_sqlalchemy_type`, `SQLModelMetaclass`).
"""
import datetime as _datetime
import decimal as _decimal
import enum as _enum
import ipaddress as _ipaddress
import pathlib as _pathlib
import typing as _typing
import uuid as _uuid

from pydantic import AwareDatetime as _AwareDatetime
from pydantic import Constraints as _PydanticConstraints
from pydantic import FieldInfo as _PydanticField
from pydantic import NaiveDatetime as _NaiveDatetime
from sqlalchemy import exc as _exc

from sqlalchemy import *
from sqlalchemy import func, types
from sqlalchemy._trueup import annotations_of, copy_object, has_own_attr, is_unknown, library_version, own_attr, own_names, unknown
from sqlalchemy.engine import create_engine
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, declared_attr, registry, relationship
from sqlalchemy.orm import _mapping
from sqlalchemy.schema import Column, ForeignKey, MetaData
from sqlalchemy.orm.session import Session
from sqlmodel.sql.sqltypes import AutoString, GUID

_MISSING = object()


class FieldInfo:
    """What `Field(…)` says."""

    def __init__(self, default=_MISSING, **kw):
        self.default = default
        self.options = kw

    def option(self, name, default=None):
        return self.options.get(name, default)


class RelationshipInfo:
    def __init__(self, options):
        self.options = options


_NOT_WITH_COLUMN = ("sa_column_args", "sa_column_kwargs", "primary_key", "nullable", "foreign_key", "ondelete", "unique", "index", "sa_type")


def Field(default=_MISSING, **kw):
    if "sa_column" in kw:
        for name in _NOT_WITH_COLUMN:
            if name in kw:
                raise RuntimeError(f"Passing {name} is not supported when also passing a sa_column")
    if "ondelete" in kw and "foreign_key" not in kw:
        raise RuntimeError("ondelete can only be used with foreign_key")
    return FieldInfo(default, **kw)


def Relationship(*, back_populates=None, cascade_delete=False, passive_deletes=False, link_model=None, sa_relationship=None, sa_relationship_args=None, sa_relationship_kwargs=None, **kw):
    return RelationshipInfo({
        "back_populates": back_populates,
        "cascade_delete": cascade_delete,
        "passive_deletes": passive_deletes,
        "link_model": link_model,
        "sa_relationship": sa_relationship,
        "sa_relationship_args": sa_relationship_args,
        "sa_relationship_kwargs": sa_relationship_kwargs,
    })


default_registry = registry()


class SQLModelMetaclass(type):
    pass


class SQLModel:
    metadata = default_registry.metadata
    registry = default_registry
    _sa_registry = default_registry
    model_config = {}
    _mapping_root = True

    def __init_subclass__(cls, table=None, registry=None, **kw):
        if registry is not None:
            cls.registry = registry
            cls._sa_registry = registry
            if not has_own_attr(cls, "metadata"):
                cls.metadata = registry.metadata
        if table is None:
            own = own_attr(cls, "model_config")
            table = own.get("table", False) if isinstance(own, dict) else False
        # A class that derives from one with a table has no table of its own, whatever it asks for.
        if table and not any([own_attr(base, "_sa_mapped") for base in cls.__mro__[1:]]):
            _make_table(cls)

    def __init__(self, **kw):
        for key, value in kw.items():
            setattr(self, key, value)

    def __class_getitem__(cls, item):
        return cls

    @classmethod
    def _implicit_tablename(cls, inherits):
        return cls.__name__.lower()


def _fields(cls):
    """The fields of a class with those of its bases, in pydantic's order: name → (value, annotation, owner)."""
    fields = {}
    for base in reversed(cls.__mro__):
        if base is object or base is SQLModel or own_attr(base, "_sa_mapped"):
            continue
        annotations = annotations_of(base)
        for name, annotation in annotations.items():
            if name.startswith("_") or name in ("metadata", "registry", "model_config") or _is_class_var(annotation):
                continue
            value = own_attr(base, name, _MISSING)
            fields[name] = (value, annotation, base)
        for name in own_names(base):
            if name not in annotations and name in fields and not name.startswith("_"):
                fields[name] = (own_attr(base, name), fields[name][1], base)
    return fields


def _is_class_var(annotation):
    # A class is none, and what attributes one has whose base is not known cannot be told.
    if is_unknown(annotation) or isinstance(annotation, type):
        return False
    return "ClassVar" in str(getattr(annotation, "__origin__", annotation))


def _make_table(cls):
    columns = {}
    relationships = {}
    for name, (value, annotation, owner) in _fields(cls).items():
        if isinstance(value, RelationshipInfo):
            relationships[name] = _relationship(value, annotation)
        elif isinstance(value, (declared_attr, property, classmethod, staticmethod)):
            continue
        else:
            columns[name] = _column(name, value, annotation)
    for name in list(columns) + list(relationships):
        if has_own_attr(cls, name):
            delattr(cls, name)
    for name, column in columns.items():
        setattr(cls, name, column)
    for name, value in relationships.items():
        setattr(cls, name, value)
    cls._sa_field_order = list(columns) + list(relationships)
    _mapping.map_class(cls, _mapping.find_registry(cls))


def _split(annotation):
    """Splits an annotation into (type, may be None, parts of `Annotated`)."""
    return _mapping._unwrap(annotation)


def _column(name, value, annotation):
    # Every field is a column, also one whose type comes from a module that is not there.
    known = not is_unknown(annotation)
    options, default, inner = _merged(value, annotation) if known else _merged(value, None)
    column = options.get("sa_column")
    if isinstance(column, Column):
        if column.table is not None:
            raise _exc.ArgumentError(f"Column object '{column.name}' already assigned to Table '{column.table.name}'")
        return column
    type_, optional, _ = _split(inner) if known else (None, False, [])
    primary_key = options.get("primary_key", False)
    nullable = options.get("nullable")
    if nullable is None:
        nullable = optional and not primary_key
    args = []
    foreign_key = options.get("foreign_key")
    if foreign_key:
        if options.get("ondelete") == "SET NULL" and not nullable:
            raise RuntimeError('ondelete="SET NULL" requires nullable=True')
        args.append(ForeignKey(foreign_key, ondelete=options.get("ondelete")))
    keywords = {
        "primary_key": primary_key,
        "nullable": nullable,
        "index": options.get("index", False),
        "unique": options.get("unique", False),
    }
    if options.get("default_factory") is not None:
        keywords["default"] = options["default_factory"]
    elif default is not _MISSING and default is not ...:
        keywords["default"] = default
    args.extend(options.get("sa_column_args") or ())
    keywords.update(options.get("sa_column_kwargs") or {})
    sa_type = options.get("sa_type")
    if sa_type is None:
        sa_type = keywords.pop("type_", None)
    if sa_type is None:
        sa_type = _type_of(_timezone_of(inner) or type_, options) if known else annotation
    return Column(*args, type_=sa_type, **keywords)


def _merged(value, annotation):
    """What a field and the `Annotated` around its type say together: options, default, and the type within.

    pydantic merges its own options; what SQLModel adds to them (`index`, `foreign_key`, `sa_…`) is only taken from
    the last `Field`. An `Annotated` inside of `Optional` says nothing of the field.
    """
    fields = []
    options = {}
    while not isinstance(annotation, type) and getattr(annotation, "__metadata__", None) is not None:
        for item in annotation.__metadata__:
            if isinstance(item, (FieldInfo, _PydanticField)):
                fields.append(item)
            elif isinstance(item, _PydanticConstraints):
                options.update(item.kw)
        annotation = annotation.__origin__
    default = _MISSING
    if isinstance(value, (FieldInfo, _PydanticField)):
        fields.append(value)
    else:
        default = value
    last = None
    for field in fields:
        given = field.options if isinstance(field, FieldInfo) else field.kw
        options.update({name: given[name] for name in _MERGED if name in given})
        if value is _MISSING or field is value:
            default = field.default
        if isinstance(field, FieldInfo):
            last = field
    if last is not None:
        options.update(last.options)
    return options, default, annotation


_MERGED = ("max_length", "max_digits", "decimal_places", "default_factory")


def _timezone_of(annotation):
    """`Annotated[datetime, AwareDatetime]`, also inside of `Optional`."""
    for extra in _split(annotation)[2]:
        if extra is _AwareDatetime or extra is _NaiveDatetime:
            return extra
    return None


def _type_of(type_, options):
    if is_unknown(type_):
        return type_
    if not isinstance(type_, type) and isinstance(getattr(type_, "__origin__", None), type):
        # `list[int]` is looked up as `list`.
        type_ = type_.__origin__
    if not isinstance(type_, type):
        if getattr(type_, "__literal__", False) or getattr(type_, "__supertype__", None) is not None:
            raise TypeError("issubclass() arg 1 must be a class")
        args = getattr(type_, "__args__", None)
        if getattr(type_, "__origin__", None) is _typing.Union and args:
            raise ValueError("Cannot have a (non-optional) union as a SQLAlchemy field")
        if type_ is _typing.Any:
            raise ValueError("typing.Any has no matching SQLAlchemy type")
        return unknown(f"no type is known for the annotation {type_!r}")
    is_text = issubclass(type_, _TEXTS)
    if is_unknown(is_text):
        # A base that is not known may be any of those below.
        return is_text
    if issubclass(type_, _enum.Enum):
        return types.Enum(type_)
    if is_text:
        length = options.get("max_length")
        return AutoString(length) if length else AutoString()
    if issubclass(type_, float):
        return types.Float()
    if issubclass(type_, bool):
        return types.Boolean()
    if issubclass(type_, int):
        return types.Integer()
    if issubclass(type_, _NaiveDatetime):
        return types.DateTime(timezone=False)
    if issubclass(type_, (_datetime.datetime, _AwareDatetime)):
        return _DateTimeOfTheVersion()
    if issubclass(type_, _datetime.date):
        return types.Date()
    if issubclass(type_, _datetime.timedelta):
        return types.Interval()
    if issubclass(type_, _datetime.time):
        return types.Time()
    if issubclass(type_, bytes):
        return types.LargeBinary()
    if issubclass(type_, _decimal.Decimal):
        return types.Numeric(options.get("max_digits"), options.get("decimal_places"))
    if issubclass(type_, _uuid.UUID):
        return types.Uuid()
    raise ValueError(f"{type_} has no matching SQLAlchemy type")


_TEXTS = (str, _pathlib.PurePath, _ipaddress.IPv4Address, _ipaddress.IPv4Network, _ipaddress.IPv6Address, _ipaddress.IPv6Network)


class _DateTimeOfTheVersion(types.DateTime):
    """`datetime`: without time zone up to some release between 0.0.27 and 0.0.50, with it from then on."""

    def _compile(self, dialect):
        if dialect.name != "postgresql":
            return "DATETIME"
        version = library_version("sqlmodel")
        if version is None or version[2] is None or version >= (0, 0, 50):
            return "TIMESTAMP WITH TIME ZONE"
        if version <= (0, 0, 27):
            return "TIMESTAMP WITHOUT TIME ZONE"
        return unknown("SQLModel makes `datetime` a timestamp with or without time zone depending on its version")


def _relationship(info, annotation):
    options = info.options
    given = options.get("sa_relationship")
    if given is not None:
        return copy_object(given)
    keywords = dict(options.get("sa_relationship_kwargs") or {})
    if options.get("back_populates"):
        keywords["back_populates"] = options["back_populates"]
    if options.get("cascade_delete"):
        keywords["cascade"] = "all, delete-orphan"
    if options.get("passive_deletes"):
        keywords["passive_deletes"] = options["passive_deletes"]
    link = options.get("link_model")
    secondary = getattr(link, "__table__", link) if link is not None else None
    found = _mapping.Relationship(None, secondary if secondary is not None else keywords.pop("secondary", None), **keywords)
    found._sqlmodel_annotation = _mapping._MappedAnnotation("Mapped", annotation)
    return found


def col(column_expression):
    return column_expression
