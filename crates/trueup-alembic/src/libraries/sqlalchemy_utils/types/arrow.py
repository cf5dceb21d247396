"""`sqlalchemy_utils.types.arrow`."""
from sqlalchemy_utils.types import ArrowType
