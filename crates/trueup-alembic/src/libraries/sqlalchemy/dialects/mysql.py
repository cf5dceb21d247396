"""Types of mysql, which trueup does not compile for: they only matter as variants for a dialect that is not read."""
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


class BIGINT(_Foreign, _types.BIGINT):
    ...


class BINARY(_Foreign, _types.BINARY):
    ...


class BIT(_Foreign):
    ...


class BLOB(_Foreign, _types.BLOB):
    ...


class BOOLEAN(_Foreign, _types.BOOLEAN):
    ...


class CHAR(_Foreign, _types.CHAR):
    ...


class DATE(_Foreign, _types.DATE):
    ...


class DATETIME(_Foreign, _types.DATETIME):
    ...


class DECIMAL(_Foreign, _types.DECIMAL):
    ...


class DOUBLE(_Foreign, _types.DOUBLE):
    ...


class ENUM(_Foreign):
    ...


class FLOAT(_Foreign, _types.FLOAT):
    ...


class INTEGER(_Foreign, _types.INTEGER):
    ...


class JSON(_Foreign, _types.JSON):
    ...


class LONGBLOB(_Foreign):
    ...


class LONGTEXT(_Foreign):
    ...


class MEDIUMBLOB(_Foreign):
    ...


class MEDIUMINT(_Foreign):
    ...


class MEDIUMTEXT(_Foreign):
    ...


class NCHAR(_Foreign, _types.NCHAR):
    ...


class NUMERIC(_Foreign, _types.NUMERIC):
    ...


class NVARCHAR(_Foreign, _types.NVARCHAR):
    ...


class REAL(_Foreign, _types.REAL):
    ...


class SET(_Foreign):
    ...


class SMALLINT(_Foreign, _types.SMALLINT):
    ...


class TEXT(_Foreign, _types.TEXT):
    ...


class TIME(_Foreign, _types.TIME):
    ...


class TIMESTAMP(_Foreign, _types.TIMESTAMP):
    ...


class TINYBLOB(_Foreign):
    ...


class TINYINT(_Foreign):
    ...


class TINYTEXT(_Foreign):
    ...


class VARBINARY(_Foreign, _types.VARBINARY):
    ...


class VARCHAR(_Foreign, _types.VARCHAR):
    ...


class YEAR(_Foreign):
    ...


def insert(table, **kw):
    return Insert(table)
