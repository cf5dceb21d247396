"""Declarative mapping: how a class becomes a table.

The order of columns, inheritance, mixins and annotations follow SQLAlchemy 2.0 `orm/decl_base.py`; what differs in
1.4 (columns in order of creation) only shows in the order of columns, which is not compared.
"""
import enum

from sqlalchemy import types as _types
from sqlalchemy._elements import ColumnOperators
from sqlalchemy._trueup import annotations_of, copy_object, evaluate_forward, has_own_attr, is_unknown, note_unknown, own_attr, own_names, return_annotation, set_class_attr, sqlalchemy_version, type_instance
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm._annotations import DEFAULT_TYPE_MAP, _adapted, _lookup_type, _unwrap
from sqlalchemy.orm.exc import MappedAnnotationError
from sqlalchemy.schema import Column, ForeignKey, MetaData, PrimaryKeyConstraint, SchemaItem, Table

REGISTRIES = []
# Functions of libraries that are told of every class that is mapped.
ON_MAPPED = []
# Up to 1.4 columns come in the order in which they were made, those of mixins included.
_BY_CREATION = sqlalchemy_version() < (2, 0)


class registry:
    def __init__(self, metadata=None, class_registry=None, type_annotation_map=None, constructor=None):
        self.metadata = metadata if metadata is not None else MetaData()
        self.type_annotation_map = dict(type_annotation_map or {})
        self._classes = []
        self._base = None
        REGISTRIES.append(self)

    @property
    def mappers(self):
        return [cls.__mapper__ for cls in self._classes]

    def update_type_annotation_map(self, type_annotation_map):
        self.type_annotation_map.update(type_annotation_map)

    def generate_base(self, mapper=None, cls=object, name="Base", metaclass=None):
        return make_base(name, cls, self, metaclass)

    def mapped(self, cls):
        map_class(cls, self)
        return cls

    def mapped_as_dataclass(self, cls=None, **kw):
        def decorate(cls):
            map_class(cls, self)
            return cls

        return decorate if cls is None else decorate(cls)

    def as_declarative_base(self, **kw):
        def decorate(cls):
            return make_base(kw.get("name") or cls.__name__, cls, self)

        return decorate

    def map_imperatively(self, class_, local_table=None, properties=None, **kw):
        return map_imperatively(class_, local_table, self, properties, **kw)

    def map_declaratively(self, cls):
        map_class(cls, self)
        return cls.__mapper__

    def configure(self, cascade=False):
        pass

    def dispose(self, cascade=False):
        pass


class DeclarativeMeta(type):
    """The metaclass of declarative classes: attributes that are set later become columns, too."""

    def __init__(cls, name, bases, namespace, **kw):
        if not issubclass(cls, _DeclarativeRoot):
            _map_subclass(cls)

    def __setattr__(cls, name, value):
        if own_attr(cls, "_sa_mapped") and isinstance(value, (Column, MappedColumn, Relationship)):
            add_attribute(cls, name, value)
        else:
            set_class_attr(cls, name, value)


def add_attribute(cls, name, value):
    """`Model.name = Column(…)` after the class was mapped."""
    if isinstance(value, Relationship):
        value.class_ = cls
        value.key = name
        cls.__mapper__.relationships[name] = value
        set_class_attr(cls, name, value)
        return
    column = value.column if isinstance(value, MappedColumn) else value
    _name_column(column, name)
    if column.table is None:
        cls.__table__.append_column(column)
    set_class_attr(cls, name, InstrumentedAttribute(cls, name, column))


class _DeclarativeRoot(metaclass=DeclarativeMeta):
    """What every declarative base derives from, however it was made."""

    _mapping_root = True

    def __init_subclass__(cls, **kw):
        _map_subclass(cls)

    def __init__(self, **kw):
        for key, value in kw.items():
            setattr(self, key, value)


def _map_subclass(cls):
    """Maps a new subclass of a declarative base, unless it is a base itself."""
    if own_attr(cls, "__abstract__") or own_attr(cls, "_is_declarative_base"):
        return
    found = find_registry(cls)
    if found is not None:
        map_class(cls, found)


def find_registry(cls):
    for base in cls.__mro__:
        found = own_attr(base, "registry")
        if isinstance(found, registry):
            return found
        if own_attr(base, "_sa_registry") is not None:
            return own_attr(base, "_sa_registry")
    return None


def make_base(name, cls, registry, metaclass=None):
    """`declarative_base(…)`: a class with a registry of its own; what its metaclass does is remembered only."""
    bases = cls if isinstance(cls, tuple) else (cls,)
    bases = tuple([base for base in bases if base is not object])
    base = type(name, bases + (_DeclarativeRoot,), {"_is_declarative_base": True, "registry": registry, "_sa_registry": registry, "metadata": registry.metadata, "_sa_metaclass": metaclass})
    registry._base = base
    return base


def _known_bases(cls):
    """A base that is not known, such as a mixin of a library, is none of SQLAlchemy's own."""
    return [base for base in cls.__bases__ if not is_unknown(base)]


class DeclarativeBase(_DeclarativeRoot):
    """`class Base(DeclarativeBase)`: the first subclass is the base, its subclasses are mapped."""

    def __init_subclass__(cls, **kw):
        bases = _known_bases(cls)
        if DeclarativeBase in bases or DeclarativeBaseNoMeta in bases:
            if cls is not DeclarativeBaseNoMeta:
                setup_base(cls)
            return
        _map_subclass(cls)


class DeclarativeBaseNoMeta(_DeclarativeRoot):
    def __init_subclass__(cls, **kw):
        if DeclarativeBaseNoMeta in _known_bases(cls):
            setup_base(cls)
            return
        _map_subclass(cls)


class MappedAsDataclass:
    _mapping_root = True

    def __init_subclass__(cls, init=None, repr=None, eq=None, order=None, unsafe_hash=None, match_args=None, kw_only=None, dataclass_callable=None, **kw):
        # A mixin before the base: the base's own hook comes next.
        super().__init_subclass__(**kw)


_TWO_MAPS = (
    "Declarative base class has both a 'registry' attribute and a type_annotation_map entry.  "
    "Per-base type_annotation_maps are not supported.  Please apply the type_annotation_map to this registry directly."
)


def setup_base(cls):
    """Gives a subclass of `DeclarativeBase` its registry and metadata."""
    cls._is_declarative_base = True
    own = own_attr(cls, "registry")
    type_map = {}
    for base in reversed(cls.__mro__):
        type_map.update(own_attr(base, "type_annotation_map") or {})
    metadata = None
    for base in cls.__mro__:
        if own_attr(base, "metadata") is not None:
            metadata = own_attr(base, "metadata")
            break
    if own is not None and own_attr(cls, "type_annotation_map"):
        raise InvalidRequestError(_TWO_MAPS)
    if own is None:
        own = registry(metadata=metadata, type_annotation_map=type_map)
    else:
        if metadata is not None:
            own.metadata = metadata
        own.type_annotation_map.update(type_map)
    cls.registry = own
    cls._sa_registry = own
    cls.metadata = own.metadata
    own._base = cls


class declared_attr:
    """`@declared_attr`: evaluated once for each mapped class."""

    cascading = None
    directive = None

    def __init__(self, fn, cascading=False, quiet=False):
        self.fget = fn.__func__ if isinstance(fn, classmethod) else fn
        self._cascading = cascading

    def __get__(self, instance, owner):
        return self.fget(owner)

    def __call__(self, owner):
        return self.fget(owner)


def _cascading(fn):
    return declared_attr(fn, cascading=True)


declared_attr.cascading = staticmethod(_cascading)
declared_attr.directive = declared_attr


class Mapper:
    """What mapping a class yields."""

    def __init__(self, class_, local_table, registry, inherits):
        self.class_ = class_
        self.local_table = local_table
        self.mapped_table = local_table
        self.persist_selectable = local_table
        self.registry = registry
        self.inherits = inherits
        self.relationships = {}
        self.polymorphic_on = None
        if inherits is not None and local_table is not None:
            # What is said of one of these classes says something of the others' rows.
            local_table._has_heirs = True
            inherits.__table__._has_heirs = True

    @property
    def columns(self):
        return self.local_table.columns

    @property
    def c(self):
        return self.local_table.columns

    @property
    def column_attrs(self):
        return list(self.local_table.columns)

    @property
    def attrs(self):
        return list(self.local_table.columns)

    @property
    def tables(self):
        return [self.local_table]


class InstrumentedAttribute(ColumnOperators):
    """`User.id` on the class: stands for the column in expressions."""

    def __init__(self, class_, key, column):
        ...

    def __clause_element__(self):
        return self.column

    def _sql(self, dialect):
        return self.column._sql(dialect)

    @property
    def columns(self):
        return [self.column]

    @property
    def expression(self):
        return self.column

    @property
    def type(self):
        return self.column.type

    @property
    def name(self):
        return self.column.name

    @property
    def table(self):
        return self.column.table

    def __getattr__(self, name):
        if name == "property":
            return self
        if name.startswith("__") or name in ("column", "class_", "key"):
            raise AttributeError(name)
        return getattr(self.column, name)


class Relationship:
    """`relationship(…)`; what it points to is settled when everything is read."""

    class_ = None
    key = None
    annotation = None

    def __init__(self, argument=None, secondary=None, *args, **kw):
        self.argument = argument
        self.secondary = secondary
        self.kw = kw

    def __getattr__(self, name):
        if name.startswith("_") or name in ("kw", "argument", "secondary"):
            raise AttributeError(name)
        return self.kw.get(name)

    def any(self, *args, **kw):
        return None

    def has(self, *args, **kw):
        return None

    def of_type(self, *args):
        return self

    def and_(self, *args):
        return self


class MapperProperty:
    """Anything mapped that is neither column nor relationship."""

    def __init__(self, *args, **kw):
        self.args = args
        self.kw = kw

    @property
    def columns(self):
        columns = [item.column if isinstance(item, MappedColumn) else item for item in self.args]
        return [item for item in columns if isinstance(item, Column)]


class ColumnProperty(MapperProperty):
    ...


class Synonym(MapperProperty):
    ...


class Composite(MapperProperty):
    ...


class MappedColumn(SchemaItem, ColumnOperators):
    """`mapped_column(…)`: a column whose name and type may still come from the attribute and its annotation."""

    def __init__(self, *args, **kw):
        self._sort_order = kw.pop("sort_order", 0)
        self._use_existing = kw.pop("use_existing_column", False)
        for name in ("init", "repr", "default_factory", "compare", "kw_only", "hash", "insert_default_", "deferred", "deferred_group", "deferred_raiseload", "active_history", "dataclass_metadata"):
            kw.pop(name, None)
        if "insert_default" in kw:
            kw["default"] = kw.pop("insert_default")
        self._args = args
        self._kw = kw
        self.column = Column(*args, **kw)
        self._has_nullable = "nullable" in kw

    def __clause_element__(self):
        return self.column

    def _copy(self):
        new = copy_object(self)
        new.column = self.column._copy()
        return new

    def _set_parent(self, table):
        self.column._set_parent(table)

    def _sql(self, dialect):
        return self.column._sql(dialect)

    def __getattr__(self, name):
        if name.startswith("__") or name in ("column", "_args", "_kw"):
            raise AttributeError(name)
        return getattr(self.column, name)


class Mapped:
    """`Mapped[int]`: what stands between the brackets is read by the mapping."""

    def __init__(self, inner=None):
        ...

    def __class_getitem__(cls, item):
        return _MappedAnnotation(cls.__name__, item)


class WriteOnlyMapped(Mapped):
    ...


class DynamicMapped(Mapped):
    ...


class _MappedAnnotation:
    def __init__(self, container, inner):
        ...


def merge_in_order(first, second):
    """Merges the names of a class's assignments and annotations as SQLAlchemy's `merge_lists_w_ordering` does."""
    both = set(first) & set(second)
    if not second:
        return list(first)
    if not first:
        return list(second)
    result = []
    lists = [list(first), list(second)]
    at = [0, 0]
    active = 0
    while True:
        items = lists[active]
        swapped = False
        while at[active] < len(items):
            name = items[at[active]]
            at[active] += 1
            if name in both:
                both.discard(name)
                active = 1 - active
                swapped = True
                break
            result.append(name)
        if not swapped:
            other = 1 - active
            result.extend(lists[other][at[other]:])
            return result


def _collect_fields(cls):
    """The columns in the metadata of a data class's fields, where `__sa_dataclass_metadata_key__` says their key."""
    key = getattr(cls, "__sa_dataclass_metadata_key__", None)
    fields = own_attr(cls, "__dataclass_fields__")
    if key is None or not fields:
        return {}
    found = {}
    for name, field in fields.items():
        value = field.metadata.get(key)
        if callable(value) and not isinstance(value, (SchemaItem, Relationship, MapperProperty)):
            value = value()
        if value is not None:
            found[name] = (value, None, cls)
    return found


def _collect(cls, inherits):
    """Returns the attributes that mapping looks at, in SQLAlchemy's order: name → (value, annotation, owner)."""
    collected = _collect_fields(cls)
    for base in cls.__mro__:
        if base is not cls and (own_attr(base, "_sa_mapped") or own_attr(base, "_mapping_root") or base is object):
            continue
        if base is not cls and inherits is not None and issubclass(inherits, base) and not own_attr(base, "__abstract__"):
            # A mixin of the parent has been applied to the parent already.
            cascades = [name for name in own_names(base) if isinstance(own_attr(base, name), declared_attr) and own_attr(base, name)._cascading]
            for name in cascades:
                if name not in collected:
                    collected[name] = (own_attr(base, name).fget(cls), None, cls)
            continue
        if base is not cls and inherits is not None and issubclass(inherits, base):
            continue
        annotations = annotations_of(base)
        names = merge_in_order(own_names(base), list(annotations.keys()))
        deferred = []
        for name in names:
            if name in collected or name.startswith("__"):
                continue
            value = own_attr(base, name)
            is_lost = is_unknown(value)
            if not is_lost and base is cls and name not in annotations and isinstance(value, (Column, MappedColumn)):
                collected[name] = (value, None, base)
                continue
            annotation = annotations.get(name)
            if is_unknown(annotation):
                # A name imported for type checking only, on an attribute that is no column.
                annotation = None
            if is_lost:
                # A setting read from somewhere, most often; only `Mapped` says for sure that it is a column.
                if isinstance(annotation, _MappedAnnotation) and annotation.container == "Mapped":
                    collected[name] = (MappedColumn(value), annotation, base)
                continue
            if base is not cls and isinstance(value, declared_attr):
                deferred.append((name, annotation))
                continue
            if isinstance(value, declared_attr):
                annotation = annotation or return_annotation(value.fget)
                value = value.fget(cls)
                if is_unknown(value):
                    continue
            elif base is not cls and isinstance(value, (Column, MappedColumn)):
                value = value._copy()
            elif base is not cls and isinstance(value, Relationship):
                value = copy_object(value)
            if value is None and not has_own_attr(base, name) and not isinstance(annotation, _MappedAnnotation):
                continue
            collected[name] = (value, annotation, base)
        for name, annotation in deferred:
            if name not in collected and not is_unknown(own_attr(base, name).fget(cls)):
                collected[name] = (own_attr(base, name).fget(cls), annotation or return_annotation(own_attr(base, name).fget), base)
    return collected


def _directive(cls, name, inherits):
    """Returns `__tablename__` and its like: from the class or a mixin, never from a mapped parent."""
    for base in cls.__mro__:
        if base is not cls and own_attr(base, "_sa_mapped"):
            continue
        if has_own_attr(base, name):
            if base is not cls and inherits is not None and issubclass(inherits, base) and not isinstance(own_attr(base, name), declared_attr):
                continue
            value = own_attr(base, name)
            if isinstance(value, declared_attr):
                return value.fget(cls)
            if isinstance(value, classmethod):
                return value.__func__(cls)
            if isinstance(value, property):
                return None
            return value
    return None


def _hook(cls, name):
    """An attribute that one of the known bases has; a base that is not known has none of these."""
    for base in cls.__mro__:
        if has_own_attr(base, name):
            return getattr(cls, name)
    return None


def map_class(cls, registry):
    """Maps a class: builds its table, or joins its parent's."""
    inherits = None
    for base in cls.__mro__[1:]:
        if own_attr(base, "_sa_mapped"):
            inherits = base
            break
    metadata = registry.metadata
    for base in cls.__mro__:
        own = own_attr(base, "metadata")
        if isinstance(own, MetaData):
            metadata = own
            break
    metadata_of = _hook(cls, "_metadata_of")
    if metadata_of is not None:
        metadata = metadata_of(metadata)
    table = _directive(cls, "__table__", inherits)
    tablename = _directive(cls, "__tablename__", inherits)
    implicit = tablename is None and table is None
    if implicit:
        tablename = _implicit_tablename(cls, inherits)
    if note_unknown(cls, tablename, "the table name") or note_unknown(cls, table, "the table"):
        return
    collected = _collect(cls, inherits)
    order = own_attr(cls, "_sa_field_order")
    if order is not None:
        collected = {name: collected[name] for name in order if name in collected}
    columns = []
    relationships = {}
    for name, (value, annotation, owner) in collected.items():
        if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], (Column, MappedColumn)):
            continue
        if isinstance(value, Column):
            _name_column(value, name)
            columns.append((name, value))
        elif isinstance(value, MappedColumn):
            _apply_annotation(value.column, value, _resolved(annotation, owner, name), registry)
            _name_column(value.column, name)
            columns.append((name, value.column))
        elif isinstance(value, Relationship):
            value.annotation = annotation
            relationships[name] = value
        elif isinstance(value, ColumnProperty):
            for column in value.columns:
                _name_column(column, name)
                columns.append((name, column))
        elif isinstance(value, Composite):
            columns.extend([(column.key, column) for column in _composite_columns(value, _resolved(annotation, owner, name), registry)])
        elif value is None and isinstance(annotation, _MappedAnnotation) and annotation.container == "Mapped":
            made = _from_annotation(name, _resolved(annotation, owner, name), registry)
            if isinstance(made, Relationship):
                made.annotation = annotation
                relationships[name] = made
            elif made is not None:
                columns.append((name, made))
    if note_unknown(cls, columns, "the mapping"):
        return
    # A `__table_args__` that is a function may refer to the columns by the class, annotated ones included.
    for name, column in columns:
        set_class_attr(cls, name, InstrumentedAttribute(cls, name, column))
    table_args = _directive(cls, "__table_args__", inherits)
    if implicit and inherits is not None and _hook(cls, "_implicit_needs_key"):
        # Flask-SQLAlchemy: without a primary key of its own the class shares its parent's table.
        own_args, _ = _split_table_args(table_args)
        keyed = any([column.primary_key for _, column in columns]) or any([isinstance(item, PrimaryKeyConstraint) for item in own_args])
        tablename = tablename if keyed else None
    if table is None and tablename is not None:
        args, options = _split_table_args(table_args)
        ordered = sorted(columns, key=_sort_key)
        prefixes = [column for _, column in ordered]
        make_table = _hook(cls, "__table_cls__") or Table
        table = make_table(tablename, metadata, *prefixes, *args, **options)
        if note_unknown(cls, table, "the table"):
            return
    elif table is None and inherits is not None:
        # Single-table inheritance: the columns join the parent's table.
        table = inherits.__table__
        for name, column in columns:
            if column.key not in table._all_columns:
                column._set_parent(table)
        args, options = _split_table_args(table_args) if has_own_attr(cls, "__table_args__") else ((), {})
        for item in args:
            table._attach(item)
    elif table is None:
        # Neither a table nor a parent: SQLAlchemy refuses, unless the class is a mixin in disguise.
        cls._sa_no_table = True
        return
    cls.__table__ = table
    cls._sa_mapped = True
    mapper = Mapper(cls, table, registry, inherits)
    mapper_args = _directive(cls, "__mapper_args__", inherits) or {}
    mapper.mapper_args = mapper_args
    cls.__mapper__ = mapper
    if not columns:
        for column in table.columns:
            if not has_own_attr(cls, column.key):
                set_class_attr(cls, column.key, InstrumentedAttribute(cls, column.key, column))
    for name, value in relationships.items():
        value.class_ = cls
        value.key = name
        mapper.relationships[name] = value
        set_class_attr(cls, name, value)
    registry._classes.append(cls)
    for listener in ON_MAPPED:
        listener(mapper, cls)


def _composite_columns(composite, annotation, registry):
    """The columns of `composite(…)`: those of a data class have the names and annotations of its fields."""
    arguments = list(composite.args)
    made_of = _unwrap(annotation.inner)[0] if isinstance(annotation, _MappedAnnotation) else None
    if arguments and not is_unknown(arguments[0]) and not isinstance(arguments[0], (str, Column, MappedColumn, InstrumentedAttribute)):
        made_of = arguments.pop(0)
    known = own_attr(made_of, "__dataclass_fields__") if isinstance(made_of, type) else None
    fields = [name for name, field in (known or {}).items() if field.init]
    annotations = {}
    for base in reversed(made_of.__mro__) if known else ():
        annotations.update(annotations_of(base))
    while len(arguments) < len(fields):
        arguments.append(MappedColumn())
    columns = []
    for at, item in enumerate(arguments):
        field = fields[at] if at < len(fields) else None
        column = item.column if isinstance(item, MappedColumn) else item
        if not isinstance(column, Column):
            continue
        if field is not None:
            _name_column(column, field)
            if isinstance(item, MappedColumn) and field in annotations:
                _apply_annotation(column, item, _MappedAnnotation("Mapped", annotations[field]), registry)
        if column.name is not None:
            columns.append(column)
    return columns


def _implicit_tablename(cls, inherits):
    make = _hook(cls, "_implicit_tablename")
    return make(inherits) if make is not None else None


def _sort_key(pair):
    if _BY_CREATION:
        return pair[1]._creation_order
    return getattr(pair[1], "_sort_order", 0) or 0


def _name_column(column, name):
    if column.key is None:
        column.key = name
    if column.name is None:
        column.name = name


def _split_table_args(table_args):
    if is_unknown(table_args):
        # Passed on, so that it is noted at the table that lacks it.
        return (table_args,), {}
    if not table_args:
        return (), {}
    if isinstance(table_args, dict):
        return (), dict(table_args)
    if isinstance(table_args, (tuple, list)):
        items = list(table_args)
        if items and not is_unknown(items[-1]) and isinstance(items[-1], dict):
            return tuple(items[:-1]), dict(items[-1])
        return tuple(items), {}
    return (), {}


def _resolved(annotation, owner, name):
    """`Mapped["int"]`: evaluates what is in quotes where the class was written."""
    if isinstance(annotation, _MappedAnnotation) and isinstance(annotation.inner, str):
        return _MappedAnnotation(annotation.container, evaluate_forward(owner, name, annotation.inner))
    return annotation


def _apply_annotation(column, mapped, annotation, registry):
    if not isinstance(annotation, _MappedAnnotation):
        return
    inner = annotation.inner
    python_type, nullable, extras = _unwrap(inner)
    for extra in extras:
        if isinstance(extra, MappedColumn):
            _merge_column(column, mapped, extra)
    if not getattr(column, "_nullable_given", False) and not column.primary_key:
        column.nullable = nullable
        column._nullable_given = True
    if isinstance(column.type, _types.NullType):
        # A foreign key without a type takes the type of what it points to, whatever the annotation says.
        found = None if column._foreign_keys else _lookup_type(inner, registry)
        if found is not None:
            column.type = found
        elif not column._foreign_keys:
            column.type = _unknown_type(python_type, column.key)
    elif isinstance(column.type, _types.Enum):
        column.type = _adapted(column.type, python_type)


def _merge_column(column, mapped, template):
    """Gives a column what `Annotated[…, mapped_column(…)]` says and it does not say itself."""
    source = template.column
    if isinstance(column.type, _types.NullType):
        column.type = source.type
    if source.primary_key:
        column.primary_key = True
        column.nullable = False
    for name in ("default", "server_default", "onupdate", "comment", "index", "unique", "computed", "identity"):
        if getattr(column, name) is None and getattr(source, name) is not None:
            setattr(column, name, getattr(source, name))
    if source._nullable_given and not column._nullable_given:
        column.nullable = source.nullable
        column._nullable_given = True
    if not column._foreign_keys:
        for key in source._foreign_keys:
            copied = copy_object(key)
            copied.parent = column
            column._foreign_keys.append(copied)
    if not column.constraints:
        column.constraints.extend(source.constraints)


def _from_annotation(name, annotation, registry):
    """`name: Mapped[int]` without a value."""
    python_type, nullable, extras = _unwrap(annotation.inner)
    mapped = MappedColumn()
    column = mapped.column
    for extra in extras:
        if isinstance(extra, MappedColumn):
            # The column has the attribute's name, whatever the template's is.
            _merge_column(column, mapped, extra)
        if isinstance(extra, Relationship):
            return copy_object(extra)
    _name_column(column, name)
    _apply_annotation(column, mapped, annotation, registry)
    return column


def _unknown_type(python_type, key):
    from sqlalchemy._trueup import unknown

    # `dict[str, str]` must be in the registry's map as it is; its origin is not looked for.
    args = getattr(python_type, "__args__", None) if not isinstance(python_type, type) else None
    if args and isinstance(getattr(python_type, "__origin__", None), type) and not any([is_unknown(item) for item in args]):
        raise MappedAnnotationError(
            f"Could not locate SQLAlchemy Core type when resolving for Python type indicated by '{python_type!r}' "
            f"inside the Mapped[] annotation for the '{key}' attribute"
        )
    return unknown(f"no type is known for the annotation {python_type!r}")


def map_imperatively(class_, local_table, registry, properties=None, **kw):
    inherits = kw.get("inherits")
    if local_table is None and inherits is not None:
        local_table = inherits.__table__
    class_.__table__ = local_table
    mapper = Mapper(class_, local_table, registry, inherits)
    class_.__mapper__ = mapper
    class_._sa_mapped = True
    if local_table is not None:
        for column in local_table.columns:
            setattr(class_, column.key, InstrumentedAttribute(class_, column.key, column))
    for name, value in (properties or {}).items():
        if isinstance(value, Relationship):
            value.class_ = class_
            value.key = name
            mapper.relationships[name] = value
        setattr(class_, name, value)
    registry._classes.append(class_)
    return mapper
