"""`sqlalchemy.sql.ddl`."""
from sqlalchemy.schema import *
from sqlalchemy.schema import _NONE_NAME
