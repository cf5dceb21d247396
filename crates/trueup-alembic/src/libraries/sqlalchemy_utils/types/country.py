"""`sqlalchemy_utils.types.country`."""
from sqlalchemy_utils.types import CountryType
