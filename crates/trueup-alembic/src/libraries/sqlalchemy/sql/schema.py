"""`sqlalchemy.sql.schema`."""
from sqlalchemy.schema import *
from sqlalchemy.schema import _NONE_NAME
