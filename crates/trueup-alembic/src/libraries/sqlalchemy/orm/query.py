"""`sqlalchemy.orm.query`."""
from sqlalchemy.orm.session import Query
