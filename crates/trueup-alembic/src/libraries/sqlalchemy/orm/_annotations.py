"""Annotations of mapped classes: which type a Python type stands for.

Source: SQLAlchemy 2.0 `orm/properties.py` and `orm/decl_api.py`.
"""
import datetime
import decimal
import enum
import typing
import uuid

from sqlalchemy import types as _types
from sqlalchemy._trueup import is_unknown, sqlalchemy_version, type_instance

DEFAULT_TYPE_MAP = {
    bool: _types.Boolean,
    int: _types.Integer,
    float: _types.Double if sqlalchemy_version() >= (2, 1) else _types.Float,
    str: _types.String,
    bytes: _types.LargeBinary,
    datetime.datetime: _types.DateTime,
    datetime.date: _types.Date,
    datetime.time: _types.Time,
    datetime.timedelta: _types.Interval,
    decimal.Decimal: _types.Numeric,
    uuid.UUID: _types.Uuid,
}


def _members(annotation):
    """The members of `X | Y` or `Union[X, Y]`, or nothing for other annotations."""
    if isinstance(annotation, type):
        # A class, whose base may be unknown, has none whatever its attributes seem to say.
        return None
    if isinstance(annotation, tuple):
        return annotation
    args = getattr(annotation, "__args__", None)
    if args and any([_is_none(item) for item in args]):
        return args
    return None


def _is_none(item):
    return item is None or item is type(None)


def _unwrap(annotation):
    """Splits an annotation into (type, nullable, columns of `Annotated`)."""
    nullable = False
    extras = []
    for _ in range(10):
        if isinstance(annotation, type):
            # A class, whose base may be unknown, is no alias whatever its attributes seem to say.
            break
        origin = getattr(annotation, "__origin__", None)
        metadata = getattr(annotation, "__metadata__", None)
        if metadata is not None:
            extras.extend(metadata)
            annotation = origin
            continue
        args = _members(annotation)
        if args:
            rest = [item for item in args if not _is_none(item)]
            nullable = nullable or len(rest) < len(args)
            if len(rest) == 1:
                annotation = rest[0]
                continue
        break
    return annotation, nullable, extras


def _mapped_type(python_type, registry):
    """Returns what the registry's map has for exactly this type. A key that is not known is taken to be another type."""
    for candidate, type_ in registry.type_annotation_map.items():
        if is_unknown(candidate):
            continue
        if candidate is python_type:
            return type_
        # Classes are equal to nothing but themselves.
        if not isinstance(python_type, type) and not isinstance(candidate, type) and candidate == python_type:
            return type_
    for candidate, type_ in registry.type_annotation_map.items():
        # `Optional[bool]` as a key stands for `bool`, too.
        if not is_unknown(candidate) and any([item is python_type for item in _members(candidate) or () if not _is_none(item)]):
            return type_
    return None


def _lookup_type(annotation, registry):
    """Returns the type for a Python type: from the registry's map, then from SQLAlchemy's."""
    current = annotation
    for _ in range(10):
        if is_unknown(current):
            return current
        found = _mapped_type(current, registry)
        if found is not None:
            return _adapted(found, current)
        if isinstance(current, type):
            break
        if getattr(current, "__metadata__", None) is not None:
            current = current.__origin__
            continue
        args = _members(current)
        if args:
            rest = [item for item in args if not _is_none(item)]
            if len(rest) == 1:
                current = rest[0]
                continue
        break
    if not isinstance(current, type) and getattr(current, "__literal__", False):
        template = _mapped_type(typing.Literal, registry)
        return _adapted(template if template is not None else _types.Enum(enum.Enum), current)
    if isinstance(current, type):
        if issubclass(current, enum.Enum):
            for base in current.__mro__:
                template = _mapped_type(base, registry)
                if isinstance(type_instance(template), _types.Enum):
                    return _adapted(template, current)
            return _types.Enum(current)
        for base in current.__mro__:
            found = _mapped_type(base, registry)
            if found is not None:
                return type_instance(found)
            if base in DEFAULT_TYPE_MAP:
                return type_instance(DEFAULT_TYPE_MAP[base])
    supertype = None if isinstance(current, type) else getattr(current, "__supertype__", None)
    if supertype is not None:
        return _lookup_type(supertype, registry)
    return None


def _adapted(type_, python_type):
    """Fills an `Enum` that has no labels of its own with those of an enumeration or a `Literal`."""
    type_ = type_instance(type_)
    if not isinstance(type_, _types.Enum) or type_.enums:
        return type_
    if not isinstance(python_type, type) and getattr(python_type, "__literal__", False):
        return type_._for_python_type(*[str(item) for item in python_type.__args__], native_enum=False)
    if isinstance(python_type, type) and issubclass(python_type, enum.Enum):
        return type_._for_python_type(python_type)
    return type_
