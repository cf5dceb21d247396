"""`sqlalchemy.ext.hybrid`: attributes that are no columns."""


class hybrid_property:
    def __init__(self, fget=None, fset=None, fdel=None, expr=None, **kw):
        self.fget = fget

    def __get__(self, instance, owner):
        return self.fget(instance if instance is not None else owner)

    def getter(self, fn):
        return self

    setter = getter
    deleter = getter
    expression = getter
    comparator = getter
    update_expression = getter

    @property
    def inplace(self):
        return self

    @property
    def overrides(self):
        return self


class hybrid_method:
    def __init__(self, func=None, expr=None):
        self.func = func

    def __call__(self, *args, **kw):
        return self.func(*args, **kw)

    def expression(self, fn):
        return self

    @property
    def inplace(self):
        return self


class Comparator:
    def __init__(self, expression):
        ...
