"""`sqlalchemy.ext.orderinglist`."""


def ordering_list(*args, **kw):
    return list
