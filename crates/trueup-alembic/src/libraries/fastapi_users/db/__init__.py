"""`fastapi_users.db`: hands on what the installed database adapter has."""
from sqlalchemy._trueup import unknown

from fastapi_users_db_sqlalchemy import (
    SQLAlchemyBaseOAuthAccountTable,
    SQLAlchemyBaseOAuthAccountTableUUID,
    SQLAlchemyBaseUserTable,
    SQLAlchemyBaseUserTableUUID,
    SQLAlchemyUserDatabase,
)


class BaseUserDatabase:
    def __class_getitem__(cls, item):
        return cls


def __getattr__(name):
    return unknown(f"`fastapi_users.db.{name}` is not modelled")
