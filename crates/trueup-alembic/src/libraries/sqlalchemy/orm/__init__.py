"""`sqlalchemy.orm`: declarative mapping for real, sessions and queries only as far as they must not fail."""
from sqlalchemy._elements import ColumnElement, DataStatement, Select, _aliased_tables
from sqlalchemy._trueup import own_attr
from sqlalchemy.orm import _mapping, attributes, collections, decl_api, exc, interfaces, query, relationships, session
from sqlalchemy.orm._mapping import (
    ColumnProperty,
    Composite,
    DeclarativeBase,
    DeclarativeBaseNoMeta,
    DeclarativeMeta,
    DynamicMapped,
    InstrumentedAttribute,
    Mapped,
    MappedAsDataclass,
    MappedColumn,
    Mapper,
    MapperProperty,
    Relationship,
    Synonym,
    WriteOnlyMapped,
    declared_attr,
    make_base,
    map_imperatively,
    registry,
)
from sqlalchemy.orm.session import (
    AsyncSession,
    Query,
    Session,
    async_sessionmaker,
    close_all_sessions,
    make_transient,
    object_session,
    scoped_session,
    sessionmaker,
)
from sqlalchemy.schema import MetaData

RelationshipProperty = Relationship
CompositeProperty = Composite
SynonymProperty = Synonym
QueryableAttribute = InstrumentedAttribute
MappedSQLExpression = ColumnProperty
PASSIVE_OFF = "PASSIVE_OFF"


def declarative_base(*, bind=None, metadata=None, mapper=None, cls=object, name="Base", class_registry=None, type_annotation_map=None, constructor=None, metaclass=None):
    found = registry(metadata=metadata, type_annotation_map=type_annotation_map)
    return make_base(name, cls, found, metaclass)


def as_declarative(**kw):
    found = registry(metadata=kw.get("metadata"))

    def decorate(cls):
        return make_base(cls.__name__, cls, found)

    return decorate


def declarative_mixin(cls):
    return cls


def mapped_as_dataclass(registry, **kw):
    return registry.mapped_as_dataclass(**kw)


def mapped_column(*args, **kw):
    return MappedColumn(*args, **kw)


def relationship(argument=None, secondary=None, *args, **kw):
    return Relationship(argument, secondary, *args, **kw)


def relation(argument=None, *args, **kw):
    return Relationship(argument, *args, **kw)


def dynamic_loader(argument=None, **kw):
    return Relationship(argument, None, lazy="dynamic", **kw)


class _Backref:
    def __init__(self, name, kw):
        ...


def backref(name, **kw):
    return _Backref(name, kw)


def column_property(column, *additional, **kw):
    return ColumnProperty(column, *additional, **kw)


def deferred(column, *additional, **kw):
    return ColumnProperty(column, *additional, **kw)


def composite(*args, **kw):
    return Composite(*args, **kw)


def synonym(name, **kw):
    return Synonym(name, **kw)


def query_expression(*args, **kw):
    return MapperProperty(*args, **kw)


def with_expression(*args, **kw):
    return None


def validates(*names, **kw):
    def decorate(fn):
        return fn

    return decorate


def reconstructor(fn):
    return fn


def remote(expr):
    return expr


def foreign(expr):
    return expr


def configure_mappers():
    pass


def clear_mappers():
    pass


compile_mappers = configure_mappers


def mapper(class_, local_table=None, properties=None, **kw):
    return map_imperatively(class_, local_table, _DEFAULT_REGISTRY, properties, **kw)


_DEFAULT_REGISTRY = registry()


def class_mapper(class_, configure=True):
    return class_.__mapper__


def object_mapper(instance):
    return type(instance).__mapper__


def polymorphic_union(*args, **kw):
    return Select()


def with_polymorphic(base, *args, **kw):
    return base


def aliased(element, *args, **kw):
    table = getattr(element, "__table__", None)
    if table is not None:
        _aliased_tables.append(table)
    return element


def outerjoin(*args, **kw):
    return DataStatement()


join = outerjoin


def attribute_keyed_dict(*args, **kw):
    return dict


attribute_mapped_collection = attribute_keyed_dict
column_mapped_collection = attribute_keyed_dict
column_keyed_dict = attribute_keyed_dict
mapped_collection = attribute_keyed_dict


class _Option:
    """A loader option; chains return it."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _option


def _option(*args, **kw):
    return _Option()


class Load(_Option):
    def __init__(self, *args):
        ...


class Bundle:
    def __init__(self, name, *exprs, **kw):
        ...


joinedload = _option
selectinload = _option
subqueryload = _option
lazyload = _option
noload = _option
raiseload = _option
contains_eager = _option
defer = _option
undefer = _option
undefer_group = _option
load_only = _option
defaultload = _option
immediateload = _option
selectin_polymorphic = _option
with_loader_criteria = _option
joinedload_all = _option
subqueryload_all = _option
was_deleted = _option
make_transient_to_detached = _option


def has_inherited_table(cls):
    for base in cls.__mro__[1:]:
        if own_attr(base, "_sa_mapped"):
            return True
    return False


def synonym_for(name, map_column=False):
    def decorate(fn):
        return fn

    return decorate


def add_mapped_attribute(target, key, attr):
    _mapping.add_attribute(target, key, attr)
