"""`flask_sqlalchemy.pagination`."""


class Pagination:
    def __init__(self, *args, **kw):
        ...


class QueryPagination(Pagination):
    ...


class SelectPagination(Pagination):
    ...
