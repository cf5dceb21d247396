"""`flask_sqlalchemy.session`."""
from sqlalchemy.orm.session import Session as _Session


class Session(_Session):
    ...
