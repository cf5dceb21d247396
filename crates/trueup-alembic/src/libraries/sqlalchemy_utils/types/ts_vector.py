"""`sqlalchemy_utils.types.ts_vector`."""
from sqlalchemy_utils.types import TSVectorType
