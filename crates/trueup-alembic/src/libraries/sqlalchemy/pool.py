"""`sqlalchemy.pool`."""


class Pool:
    ...


class NullPool(Pool):
    ...


class QueuePool(Pool):
    ...


class StaticPool(Pool):
    ...


class SingletonThreadPool(Pool):
    ...


class AsyncAdaptedQueuePool(Pool):
    ...


class AssertionPool(Pool):
    ...
