"""`session.query(Model)` over a table that provably has no rows."""
from sqlalchemy.exc import NoResultFound


class EmptyQuery:
    def __init__(self, aggregates):
        ...

    def __getattr__(self, name):
        if name.startswith("__") or name == "aggregates":
            raise AttributeError(name)
        return self._chain

    def _chain(self, *args, **kw):
        return self

    def __iter__(self):
        return iter(self.all())

    def all(self):
        return [tuple(self.aggregates)] if self.aggregates else []

    def first(self):
        return tuple(self.aggregates) if self.aggregates else None

    def one_or_none(self):
        return self.first()

    def one(self):
        if not self.aggregates:
            raise NoResultFound("No row was found when one was required")
        return self.first()

    def scalar(self):
        return self.aggregates[0] if self.aggregates else None

    def scalars(self):
        return self

    def count(self):
        return 1 if self.aggregates else 0

    def get(self, *args, **kw):
        return None

    def exists(self):
        return self

    def update(self, *args, **kw):
        return 0

    def delete(self, *args, **kw):
        return 0
