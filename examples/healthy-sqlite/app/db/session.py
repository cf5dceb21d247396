"""Engine and sessions of the web application."""
import os
from collections.abc import Iterator

from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine(os.environ.get("LIBRARY_DATABASE_URL", "sqlite:///library.db"))
SessionLocal = sessionmaker(bind=engine, expire_on_commit=False)


@event.listens_for(engine, "connect")
def enforce_foreign_keys(connection, _record) -> None:
    """SQLite checks foreign keys only when each connection asks for it."""
    connection.execute("PRAGMA foreign_keys = ON")


def get_session() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session
