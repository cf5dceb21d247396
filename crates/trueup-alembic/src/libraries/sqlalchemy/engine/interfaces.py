"""`sqlalchemy.engine.interfaces`."""
from sqlalchemy.dialects import Dialect


class DBAPIConnection:
    ...


class ExecutionContext:
    ...
