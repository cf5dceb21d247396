"""`sqlalchemy.sql.functions`."""
from sqlalchemy._elements import *
from sqlalchemy._elements import Function, FunctionElement, GenericFunction, coalesce, count, current_timestamp, func, now, random


class AnsiFunction(GenericFunction):
    ...


class ReturnTypeFromArgs(GenericFunction):
    ...
