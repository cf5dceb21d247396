"""`sqlalchemy.ext.mutable`: wrappers that leave the type as it is."""
from sqlalchemy._trueup import type_instance


class MutableBase:
    @classmethod
    def as_mutable(cls, sqltype):
        return type_instance(sqltype)

    @classmethod
    def associate_with(cls, sqltype):
        pass

    def changed(self):
        pass

    @classmethod
    def coerce(cls, key, value):
        return value


class Mutable(MutableBase):
    ...


class MutableDict(Mutable, dict):
    ...


class MutableList(Mutable, list):
    ...


class MutableSet(Mutable, set):
    ...


class MutableComposite(MutableBase):
    ...
