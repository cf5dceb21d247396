"""Questions about objects."""


def isclass(value):
    return isinstance(value, type)


def isfunction(value):
    return callable(value) and not isinstance(value, type)


ismethod = isfunction
isroutine = isfunction


def iscoroutinefunction(value):
    return False


def isabstract(value):
    return False


def ismodule(value):
    return hasattr(value, "__file__")


def getmembers(value, predicate=None):
    return [(name, getattr(value, name)) for name in dir(value) if predicate is None or predicate(getattr(value, name))]


def getmro(cls):
    return cls.__mro__


def cleandoc(text):
    return text


def getdoc(value):
    return getattr(value, "__doc__", None)
