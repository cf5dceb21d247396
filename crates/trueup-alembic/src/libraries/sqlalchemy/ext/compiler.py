"""`@compiles`: how a type or construct is written on a dialect."""
from sqlalchemy._trueup import own_attr


def compiles(class_, *specs):
    def decorate(fn):
        registered = own_attr(class_, "_compiles")
        if registered is None:
            registered = {}
            class_._compiles = registered
        for spec in specs or ("default",):
            registered[spec] = fn
        return fn

    return decorate


def deregister(class_):
    pass
