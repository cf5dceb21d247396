"""`sqlalchemy_utils.types.timezone`."""
from sqlalchemy_utils.types import TimezoneType
