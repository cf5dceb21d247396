"""Types of oracle, which trueup does not compile for: they only matter as variants for a dialect that is not read."""
from sqlalchemy import types as _types
from sqlalchemy._elements import Insert


class _Foreign(_types.TypeEngine):
    def __init__(self, *args, **kw):
        self.args = args
        self.kwargs = kw
        self.length = args[0] if args else kw.get("length")

    def _compile(self, dialect):
        # SQLite takes any name for a type; PostgreSQL has only those that are its own too.
        name = type(self).__name__
        return self._length(name) if isinstance(self.length, int) else name


class BFILE(_Foreign):
    ...


class BINARY_DOUBLE(_Foreign):
    ...


class BINARY_FLOAT(_Foreign):
    ...


class BLOB(_Foreign, _types.BLOB):
    ...


class CHAR(_Foreign, _types.CHAR):
    ...


class CLOB(_Foreign, _types.CLOB):
    ...


class DATE(_Foreign, _types.DATE):
    ...


class DOUBLE_PRECISION(_Foreign, _types.DOUBLE_PRECISION):
    ...


class FLOAT(_Foreign, _types.FLOAT):
    ...


class INTERVAL(_Foreign):
    ...


class LONG(_Foreign):
    ...


class NCHAR(_Foreign, _types.NCHAR):
    ...


class NCLOB(_Foreign):
    ...


class NUMBER(_Foreign):
    ...


class NVARCHAR(_Foreign, _types.NVARCHAR):
    ...


class NVARCHAR2(_Foreign):
    ...


class RAW(_Foreign):
    ...


class REAL(_Foreign, _types.REAL):
    ...


class ROWID(_Foreign):
    ...


class TIMESTAMP(_Foreign, _types.TIMESTAMP):
    ...


class VARCHAR(_Foreign, _types.VARCHAR):
    ...


class VARCHAR2(_Foreign):
    ...


def insert(table, **kw):
    return Insert(table)
