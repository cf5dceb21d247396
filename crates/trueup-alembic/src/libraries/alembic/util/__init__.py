"""`alembic.util`."""
from alembic.util.exc import CommandError


class Dispatcher:
    ...


def rev_id():
    ...


def to_tuple(value, default=None):
    if value is None:
        return default
    if isinstance(value, str):
        return (value,)
    return tuple(value)


def warn(message, stacklevel=2):
    pass


def msg(message, newline=True, flush=False, quiet=False):
    pass


def status(message, *args, **kw):
    ...
