"""Types of the interpreter's own objects."""


class SimpleNamespace:
    def __init__(self, **kwargs):
        for key, value in kwargs.items():
            setattr(self, key, value)


class MappingProxyType(dict):
    ...


class ModuleType:
    ...


class GenericAlias:
    ...


class UnionType:
    ...


class DynamicClassAttribute(property):
    ...


NoneType = type(None)
FunctionType = type(lambda: None)
LambdaType = FunctionType
MethodType = FunctionType
TracebackType = None


def new_class(name, bases=(), kwds=None, exec_body=None):
    namespace = {}
    if exec_body is not None:
        exec_body(namespace)
    return type(name, tuple(bases), namespace)
