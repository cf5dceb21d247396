"""`sqlalchemy_utils.types.json`."""
from sqlalchemy_utils.types import JSONType
