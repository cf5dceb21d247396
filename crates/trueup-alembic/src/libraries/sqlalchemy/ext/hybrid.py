"""`sqlalchemy.ext.hybrid`: attributes that are no columns; on the class they are SQL expressions."""
from sqlalchemy._trueup import copy_object


def _function_of(fn):
    return fn.__func__ if isinstance(fn, classmethod) else fn


class hybrid_property:
    def __init__(self, fget=None, fset=None, fdel=None, expr=None, custom_comparator=None, **kw):
        self.fget = fget
        self.expr = _function_of(expr)

    def __get__(self, instance, owner):
        if instance is not None:
            return self.fget(instance)
        return (self.expr or self.fget)(owner)

    def getter(self, fn):
        new = copy_object(self)
        new.fget = fn
        return new

    def setter(self, fn):
        return self

    deleter = setter
    comparator = setter
    update_expression = setter

    def expression(self, fn):
        new = copy_object(self)
        new.expr = _function_of(fn)
        return new

    @property
    def inplace(self):
        return _InPlace(self)

    @property
    def overrides(self):
        return self


class _InPlace:
    """`@name.inplace.expression`: changes the attribute itself, whatever the function is called."""

    def __init__(self, attribute):
        ...

    def getter(self, fn):
        self.attribute.fget = fn
        return self.attribute

    def setter(self, fn):
        return self.attribute

    deleter = setter
    comparator = setter
    update_expression = setter

    def expression(self, fn):
        if isinstance(self.attribute, hybrid_property):
            self.attribute.expr = _function_of(fn)
        return self.attribute


class hybrid_method:
    def __init__(self, func=None, expr=None):
        self.func = func
        self.expr = _function_of(expr)

    def __get__(self, instance, owner):
        function = self.func if instance is not None else self.expr or self.func
        receiver = instance if instance is not None else owner
        return lambda *args, **kw: function(receiver, *args, **kw)

    def __call__(self, *args, **kw):
        return self.func(*args, **kw)

    def expression(self, fn):
        new = copy_object(self)
        new.expr = _function_of(fn)
        return new

    @property
    def inplace(self):
        return _InPlace(self)


class Comparator:
    def __init__(self, expression):
        ...
