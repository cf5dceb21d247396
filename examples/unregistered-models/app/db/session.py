import os

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine(
    os.environ.get("DATABASE_URL", "postgresql+psycopg2://greenhouse@localhost/greenhouse"),
    pool_pre_ping=True,
)
SessionLocal = sessionmaker(bind=engine)
