"""`sqlalchemy_utils.types.url`."""
from sqlalchemy_utils.types import URLType
