"""`sqlalchemy_utils.types.bit`."""
from sqlalchemy_utils.types import BitType
