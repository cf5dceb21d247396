"""`sqlmodel.ext.asyncio.session`."""
from sqlalchemy.orm.session import AsyncSession
