"""`sqlalchemy.event`: who listens is remembered, because DDL events change what `create_all` builds."""
_listeners = []


def listen(target, identifier, fn, *args, **kw):
    _listeners.append((target, identifier, fn))


def listens_for(target, identifier, *args, **kw):
    def decorate(fn):
        listen(target, identifier, fn)
        return fn

    return decorate


def remove(target, identifier, fn):
    pass


def contains(target, identifier, fn):
    return any([item[0] is target and item[1] == identifier and item[2] is fn for item in _listeners])
