"""`flask_sqlalchemy.query`."""
from sqlalchemy.orm import Query as _Query


class Query(_Query):
    ...
