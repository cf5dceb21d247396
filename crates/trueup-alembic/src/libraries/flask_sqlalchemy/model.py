"""`flask_sqlalchemy.model`."""
import re

from sqlalchemy.orm import DeclarativeMeta, declared_attr


def camel_to_snake_case(name):
    """`HTTPRequestLog` → `http_request_log`."""
    made = ""
    for at, letter in enumerate(name):
        if letter.isupper() and at > 0:
            before = name[at - 1]
            after = name[at + 1] if at + 1 < len(name) else ""
            if before.islower() or before.isdigit() or after.islower():
                made += "_"
        made += letter
    return made.lower().lstrip("_")


class Model:
    """The default base of `db.Model`."""

    _mapping_root = True
    query_class = None
    query = None

    def __repr__(self):
        return f"<{type(self).__name__}>"


class BindMixin:
    pass


class BindMetaMixin(type):
    pass


class NameMixin:
    pass


class NameMetaMixin(type):
    pass


class DefaultMeta(BindMetaMixin, NameMetaMixin, DeclarativeMeta):
    pass


class DefaultMetaNoName(BindMetaMixin, DeclarativeMeta):
    pass


def should_set_tablename(cls):
    return True
