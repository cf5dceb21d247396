"""Results of statements whose rows are known. Source: SQLAlchemy 2.0 `engine/result.py`."""
from sqlalchemy.exc import MultipleResultsFound, NoResultFound


class Row(tuple):
    """A row: a tuple whose values also have names."""

    def __new__(cls, values, keys):
        row = tuple.__new__(cls, values)
        row._keys = keys
        return row

    def __getattr__(self, name):
        if name.startswith("__") or name == "_keys":
            raise AttributeError(name)
        if name in self._keys:
            return tuple(self)[self._keys.index(name)]
        raise AttributeError(f"Could not locate column in row for column '{name}'")

    def __getitem__(self, index):
        if isinstance(index, str):
            return tuple(self)[self._keys.index(index)]
        if hasattr(index, "key") and hasattr(index, "name"):
            return tuple(self)[self._keys.index(index.key)]
        return tuple(self)[index]

    @property
    def _mapping(self):
        return RowMapping(zip(self._keys, tuple(self)))

    @property
    def _fields(self):
        return tuple(self._keys)

    def _asdict(self):
        return dict(zip(self._keys, tuple(self)))

    def _tuple(self):
        return tuple(self)

    def keys(self):
        return list(self._keys)

    def values(self):
        return list(tuple(self))

    def items(self):
        return list(zip(self._keys, tuple(self)))

    def has_key(self, key):
        return key in self._keys


RowProxy = Row


class RowMapping(dict):
    ...


class Result:
    """The rows that are left; `rows` is a list of `Row`."""

    closed = False
    is_insert = False
    # The tables that must have no rows for this to be the result: told when somebody looks at it.
    _premises = ()
    _count = -1

    def __init__(self, rows, keys, rowcount=-1, returns_rows=True, premises=()):
        self._rows = [Row(row, keys) for row in rows]
        self._all_keys = list(keys)
        self._count = rowcount
        self.returns_rows = returns_rows
        self._premises = premises

    @property
    def rowcount(self):
        _rely_on(self)
        return self._count

    def _left(self):
        _rely_on(self)
        return self._rows

    def _take(self):
        rows = self._left()
        self._rows = []
        return rows

    def __iter__(self):
        return iter(self._take())

    def __next__(self):
        if not self._left():
            raise StopIteration
        return self._rows.pop(0)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def keys(self):
        return list(self._all_keys)

    @property
    def lastrowid(self):
        return _unknown("the generated key")

    @property
    def inserted_primary_key(self):
        return _unknown("the generated key")

    def fetchall(self):
        return self._take()

    all = fetchall

    def fetchone(self):
        return self._rows.pop(0) if self._left() else None

    def fetchmany(self, size=None):
        size = 1 if size is None else size
        rows = self._left()[:size]
        self._rows = self._rows[size:]
        return rows

    def first(self):
        rows = self._take()
        return rows[0] if rows else None

    def one(self):
        rows = self._take()
        if not rows:
            raise NoResultFound("No row was found when one was required")
        if len(rows) > 1:
            raise MultipleResultsFound("Multiple rows were found when exactly one was required")
        return rows[0]

    def one_or_none(self):
        return self.one() if self._left() else None

    def scalar(self):
        row = self.first()
        return row[0] if row is not None else None

    def scalar_one(self):
        return self.one()[0]

    def scalar_one_or_none(self):
        row = self.one_or_none()
        return row[0] if row is not None else None

    def scalars(self, index=0):
        return ScalarResult([row[index] for row in self._take()])

    def mappings(self):
        return MappingResult([row._mapping for row in self._take()])

    def columns(self, *names):
        return self

    def tuples(self):
        return self

    def unique(self, strategy=None):
        return self

    def partitions(self, size=None):
        rows = self._take()
        return iter([rows] if rows else [])

    def yield_per(self, num):
        return self

    def freeze(self):
        return self

    def close(self):
        self._rows = []


class ScalarResult(Result):
    def __init__(self, values):
        self._rows = list(values)

    def scalar(self):
        return self.first()


class MappingResult(ScalarResult):
    ...


CursorResult = Result
ResultProxy = Result
LegacyCursorResult = Result


def _unknown(reason):
    ...


def _rely_on(result):
    """Notes that the revision goes by a result."""
    ...
