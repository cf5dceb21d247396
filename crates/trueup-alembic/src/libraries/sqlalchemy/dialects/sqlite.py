"""SQLite's types. Source: SQLAlchemy 2.0 `dialects/sqlite`."""
from sqlalchemy._elements import Insert
from sqlalchemy.types import (
    BIGINT,
    BLOB,
    BOOLEAN,
    CHAR,
    DATE as _DATE,
    DATETIME as _DATETIME,
    DECIMAL,
    FLOAT,
    INTEGER,
    JSON as _JSON,
    NUMERIC,
    REAL,
    SMALLINT,
    TEXT,
    TIME as _TIME,
    TIMESTAMP,
    VARCHAR,
)


class DATETIME(_DATETIME):
    def __init__(self, storage_format=None, regexp=None, **kw):
        ...


class DATE(_DATE):
    def __init__(self, storage_format=None, regexp=None, **kw):
        ...


class TIME(_TIME):
    def __init__(self, storage_format=None, regexp=None, **kw):
        ...


class JSON(_JSON):
    ...


def insert(table, *args, **kw):
    return Insert(table, *args, **kw)
