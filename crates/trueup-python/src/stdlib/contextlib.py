"""Context managers; a generator function is run around the body of `with` by the interpreter itself."""


class _GeneratorContextManager:
    def __init__(self, generator):
        self._generator = generator

    def __enter__(self):
        return next(self._generator)

    def __exit__(self, *details):
        return False


def contextmanager(function):
    def helper(*args, **kwargs):
        return _GeneratorContextManager(function(*args, **kwargs))

    helper.__wrapped__ = function
    helper.__name__ = function.__name__
    return helper


asynccontextmanager = contextmanager


class nullcontext:
    def __init__(self, enter_result=None):
        self.enter_result = enter_result

    def __enter__(self):
        return self.enter_result

    def __exit__(self, *details):
        return None


class suppress:
    def __init__(self, *exceptions):
        self._exceptions = exceptions

    def __enter__(self):
        return None

    def __exit__(self, exception_class, exception, traceback):
        return exception_class is not None and issubclass(exception_class, self._exceptions)


class closing:
    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return self.thing

    def __exit__(self, *details):
        return None


class ExitStack:
    def __enter__(self):
        return self

    def __exit__(self, *details):
        return None

    def enter_context(self, manager):
        return manager.__enter__()

    def callback(self, function, *args, **kwargs):
        return function

    def close(self):
        return None


class ContextDecorator:
    pass


class AbstractContextManager:
    pass
