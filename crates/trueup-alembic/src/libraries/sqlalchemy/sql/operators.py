"""`sqlalchemy.sql.operators`."""
from sqlalchemy._elements import *
from sqlalchemy._elements import func, modifier
