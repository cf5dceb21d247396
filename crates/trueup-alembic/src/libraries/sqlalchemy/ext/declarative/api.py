"""`sqlalchemy.ext.declarative.api`."""
from sqlalchemy.ext.declarative import *
from sqlalchemy.ext.declarative import DeclarativeMeta, declarative_base, declared_attr
