"""`sqlalchemy.engine.default`."""
from sqlalchemy.engine.interfaces import Dialect


class DefaultDialect(Dialect):
    ...


class DefaultExecutionContext:
    ...
