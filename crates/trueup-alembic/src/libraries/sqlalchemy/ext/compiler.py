"""`@compiles`: how a type or construct is written on a dialect."""


def compiles(class_, *specs):
    def decorate(fn):
        registered = class_.__dict__.get("_compiles")
        if registered is None:
            registered = {}
            class_._compiles = registered
        for spec in specs or ("default",):
            registered[spec] = fn
        return fn

    return decorate


def deregister(class_):
    pass
