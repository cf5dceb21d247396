"""`sqlmodel.sql.expression`."""
from sqlalchemy._elements import *
from sqlalchemy._elements import Select, func


class SelectOfScalar(Select):
    ...


def col(column_expression):
    return column_expression
