"""`sqlalchemy.engine`: engines and connections of a revision see the simulated schema, all others are unknown."""
from sqlalchemy.engine.base import Connection, Engine, NestedTransaction, Transaction
from sqlalchemy.engine.create import create_engine, create_mock_engine, engine_from_config
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.engine.reflection import Inspector
from sqlalchemy.engine.result import CursorResult, MappingResult, Result, ResultProxy, Row, RowMapping, RowProxy, ScalarResult
from sqlalchemy.engine.url import URL, make_url

Connectable = Connection
