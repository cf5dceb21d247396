"""`sqlalchemy.sql.naming`."""
from sqlalchemy.schema import conv
