"""`sqlalchemy_utils.aggregates`."""
from sqlalchemy_utils import aggregated
