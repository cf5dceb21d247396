"""`sqlalchemy.inspect`."""


def inspect(subject, raiseerr=True):
    from sqlalchemy.engine.base import Connection, Engine
    from sqlalchemy.engine.reflection import Inspector

    if isinstance(subject, (Connection, Engine)):
        return Inspector(subject)
    return _inspect_other(subject)


def _inspect_other(subject):
    ...
