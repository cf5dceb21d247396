"""`sqlalchemy.ext.asyncio`: engines and sessions that only env.py and applications use."""
from sqlalchemy.engine import create_engine
from sqlalchemy.engine.base import Connection, Engine
from sqlalchemy.orm.session import AsyncSession, async_sessionmaker, scoped_session


class AsyncAttrs:
    ...


class AsyncEngine(Engine):
    def __init__(self, sync_engine=None):
        if isinstance(sync_engine, Engine):
            Engine.__init__(self, sync_engine.dialect, sync_engine.url)


class AsyncConnection(Connection):
    ...


class AsyncTransaction:
    ...


def create_async_engine(*args, **kw):
    return create_engine(*args, **kw)


def async_engine_from_config(*args, **kw):
    return create_engine(None)


async_scoped_session = scoped_session
