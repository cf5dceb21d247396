"""`sqlalchemy_utils.models`."""
from sqlalchemy_utils import Timestamp, generic_repr
