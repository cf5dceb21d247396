"""`sqlalchemy.sql.sqltypes`."""
from sqlalchemy.types import *
