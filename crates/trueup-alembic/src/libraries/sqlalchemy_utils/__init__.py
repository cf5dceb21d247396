"""SQLAlchemy-Utils: its types, and the rest as far as models must not fail on it."""
from sqlalchemy._trueup import unknown
from sqlalchemy_utils.types import *
from sqlalchemy_utils.types import Choice


def force_auto_coercion(*args, **kw):
    pass


def force_instant_defaults(*args, **kw):
    pass


def force_instrumented_list(*args, **kw):
    pass


def observes(*paths, **kw):
    def decorate(fn):
        return fn

    return decorate


def aggregated(relationship, column):
    def decorate(fn):
        return column

    return decorate


def generates(*args, **kw):
    def decorate(fn):
        return fn

    return decorate


def generic_relationship(*args, **kw):
    return None


def get_class_by_table(*args, **kw):
    return unknown("`get_class_by_table` asks the mappers at run time")


def database_exists(url):
    return True


def create_database(*args, **kw):
    pass


def drop_database(*args, **kw):
    pass


class Timestamp:
    from sqlalchemy import Column as _Column
    from sqlalchemy import DateTime as _DateTime

    created = _Column(_DateTime, nullable=False)
    updated = _Column(_DateTime, nullable=False)


def generic_repr(*fields):
    if len(fields) == 1 and callable(fields[0]):
        return fields[0]
    return lambda cls: cls


def __getattr__(name):
    return unknown(f"`sqlalchemy_utils.{name}` is not modelled")
