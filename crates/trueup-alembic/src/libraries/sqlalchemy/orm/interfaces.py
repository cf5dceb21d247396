"""`sqlalchemy.orm.interfaces`."""
from sqlalchemy.orm._mapping import (
    ColumnProperty,
    Composite,
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    MappedColumn,
    Mapper,
    MapperProperty,
    Relationship,
    declared_attr,
    registry,
)

QueryableAttribute = InstrumentedAttribute
RelationshipProperty = Relationship


class DeclarativeMeta(type):
    ...


def flag_modified(instance, key):
    pass


def set_committed_value(instance, key, value):
    pass
