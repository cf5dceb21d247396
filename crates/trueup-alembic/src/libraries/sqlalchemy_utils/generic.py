"""`sqlalchemy_utils.generic`."""
from sqlalchemy_utils import generic_relationship
