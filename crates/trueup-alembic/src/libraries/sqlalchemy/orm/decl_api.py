"""`sqlalchemy.orm.decl_api`."""
from sqlalchemy.orm._mapping import (
    ColumnProperty,
    Composite,
    DeclarativeBase,
    DeclarativeBaseNoMeta,
    DeclarativeMeta,
    MappedAsDataclass,
    InstrumentedAttribute,
    Mapped,
    MappedColumn,
    Mapper,
    MapperProperty,
    Relationship,
    declared_attr,
    registry,
)

DeclarativeAttributeIntercept = DeclarativeMeta
QueryableAttribute = InstrumentedAttribute
RelationshipProperty = Relationship


def flag_modified(instance, key):
    pass


def set_committed_value(instance, key, value):
    pass
