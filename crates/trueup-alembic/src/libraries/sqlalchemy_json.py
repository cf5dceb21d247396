"""sqlalchemy-json: JSON columns that notice changes; the type is JSON."""
from sqlalchemy.types import JSON


def mutable_json_type(dbtype=JSON, nested=False):
    return dbtype


class MutableJson(JSON):
    ...


class NestedMutableJson(JSON):
    ...


class NestedMutableDict(JSON):
    ...


class NestedMutableList(JSON):
    ...
