"""fastapi-users: routes and managers, which no model needs; tables are in `fastapi_users.db`."""
from sqlalchemy._trueup import unknown


def __getattr__(name):
    return unknown(f"`fastapi_users.{name}` is not modelled")
