"""`sqlalchemy.ext.automap`: tables that only a database knows."""


def automap_base(*args, **kw):
    ...
