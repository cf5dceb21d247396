"""`sqlalchemy.ext.asyncio.engine`."""
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
