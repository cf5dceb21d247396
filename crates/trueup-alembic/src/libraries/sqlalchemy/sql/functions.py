"""`sqlalchemy.sql.functions`."""
from sqlalchemy._elements import *
from sqlalchemy._elements import Function, FunctionElement, GenericFunction, func


class AnsiFunction(GenericFunction):
    ...


class ReturnTypeFromArgs(GenericFunction):
    ...


def now(*args):
    return func.now(*args)


def current_timestamp():
    return func.current_timestamp()


def count(*args):
    return func.count(*args)


def coalesce(*args):
    return func.coalesce(*args)
