"""`sqlalchemy.ext.asyncio`: engines and sessions that only env.py and applications use."""
from sqlalchemy.engine import create_engine
from sqlalchemy.orm.session import AsyncSession, async_sessionmaker, scoped_session


class AsyncAttrs:
    ...


class AsyncEngine:
    ...


class AsyncConnection:
    ...


class AsyncTransaction:
    ...


def create_async_engine(*args, **kw):
    return create_engine(*args, **kw)


def async_engine_from_config(*args, **kw):
    return create_engine(None)


async_scoped_session = scoped_session
