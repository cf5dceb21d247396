"""`sqlalchemy_utils.types.email`."""
from sqlalchemy_utils.types import EmailType
