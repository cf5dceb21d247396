"""`sqlalchemy.sql.elements`."""
from sqlalchemy._elements import *
from sqlalchemy._elements import func, modifier
from sqlalchemy.schema import conv
