"""`sqlalchemy.sql.type_api`."""
from sqlalchemy.types import *
