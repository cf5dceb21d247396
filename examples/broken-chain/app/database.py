"""The older way to the database; background jobs still use it."""
import os
from contextlib import contextmanager

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from app.db.base import Base

__all__ = ["Base", "DatabaseManager", "manager"]


class DatabaseManager:
    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, pool_size=20)
        self.factory = sessionmaker(bind=self.engine, autoflush=False)

    @contextmanager
    def session(self):
        session = self.factory()
        try:
            yield session
            session.commit()
        except Exception:
            session.rollback()
            raise
        finally:
            session.close()


manager = DatabaseManager(
    os.environ.get("TRAILS_DB_URL", "postgresql+psycopg2://trails@localhost/trails_jobs")
)
