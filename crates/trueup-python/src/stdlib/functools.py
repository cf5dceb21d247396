"""Functions on functions."""

WRAPPER_ASSIGNMENTS = ("__module__", "__name__", "__qualname__", "__doc__")


def wraps(wrapped, *args, **kwargs):
    def decorate(wrapper):
        wrapper.__wrapped__ = wrapped
        wrapper.__name__ = getattr(wrapped, "__name__", "wrapper")
        return wrapper

    return decorate


def update_wrapper(wrapper, wrapped, *args, **kwargs):
    wrapper.__wrapped__ = wrapped
    return wrapper


class partial:
    def __init__(self, func, *args, **keywords):
        self.func = func
        self.args = args
        self.keywords = keywords

    def __call__(self, *args, **keywords):
        merged = dict(self.keywords)
        merged.update(keywords)
        return self.func(*self.args, *args, **merged)


partialmethod = partial


def reduce(function, items, *initial):
    items = list(items)
    if initial:
        value = initial[0]
    elif items:
        value = items.pop(0)
    else:
        raise TypeError("reduce() of empty iterable with no initial value")
    for item in items:
        value = function(value, item)
    return value


def lru_cache(maxsize=128, typed=False):
    if callable(maxsize):
        return _with_cache_methods(maxsize)
    return _with_cache_methods


def _with_cache_methods(function):
    function.cache_clear = lambda: None
    return function


def cache(function):
    return _with_cache_methods(function)


class cached_property:
    def __init__(self, func):
        self.func = func

    def __get__(self, instance, owner=None):
        return self if instance is None else self.func(instance)


def total_ordering(cls):
    return cls


def cmp_to_key(compare):
    class _Key:
        def __init__(self, value):
            self.value = value

        def __lt__(self, other):
            return compare(self.value, other.value) < 0

    return _Key


def singledispatch(function):
    function.register = lambda *args: (lambda registered: registered)
    return function


def singledispatchmethod(function):
    return function
