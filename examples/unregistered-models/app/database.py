"""Base of the first prototype; `app/db/base.py` replaced it."""
from sqlalchemy.orm import declarative_base

Base = declarative_base()
