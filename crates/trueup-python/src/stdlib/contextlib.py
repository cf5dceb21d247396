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
    def __init__(self):
        self._exits = []

    def __enter__(self):
        return self

    def __exit__(self, kind=None, error=None, traceback=None):
        received = kind is not None
        failed = None
        while self._exits:
            leave = self._exits.pop()
            try:
                if leave(kind, error, traceback):
                    kind = error = traceback = failed = None
            except BaseException as raised:
                kind, error, traceback = type(raised), raised, None
                failed = raised
        if failed is not None:
            raise failed
        return received and kind is None

    def enter_context(self, manager):
        entered = manager.__enter__()
        self._exits.append(manager.__exit__)
        return entered

    def push(self, leave):
        self._exits.append(leave.__exit__ if hasattr(leave, "__exit__") else leave)
        return leave

    def callback(self, function, *args, **kwargs):
        def leave(kind, error, traceback):
            function(*args, **kwargs)

        self._exits.append(leave)
        return function

    def pop_all(self):
        new = type(self)()
        new._exits = self._exits
        self._exits = []
        return new

    def close(self):
        self.__exit__(None, None, None)


class ContextDecorator:
    pass


class AbstractContextManager:
    pass
