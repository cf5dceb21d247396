"""`sqlalchemy.orm.mapper`."""
from sqlalchemy.orm._mapping import Mapper
