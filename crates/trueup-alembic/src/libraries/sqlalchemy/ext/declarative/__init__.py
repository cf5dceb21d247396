"""`sqlalchemy.ext.declarative`, where declarative lived before 1.4."""
from sqlalchemy.orm import as_declarative, declarative_base, declared_attr, has_inherited_table, synonym_for
from sqlalchemy.orm.decl_api import DeclarativeMeta


class ConcreteBase:
    ...


class AbstractConcreteBase(ConcreteBase):
    ...


class DeferredReflection:
    ...


def instrument_declarative(cls, registry, metadata):
    pass
