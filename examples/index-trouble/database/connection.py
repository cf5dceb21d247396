import os

from sqlalchemy import create_engine
from sqlalchemy.orm import scoped_session, sessionmaker

engine = create_engine(os.environ.get("WORKSHOP_DATABASE", "sqlite:///workshop.db"))
db_session = scoped_session(sessionmaker(bind=engine))
