"""`sqlalchemy_utils.types.pg_composite`."""
from sqlalchemy_utils.types import CompositeType
