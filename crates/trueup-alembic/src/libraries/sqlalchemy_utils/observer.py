"""`sqlalchemy_utils.observer`."""
from sqlalchemy_utils import observes
