"""`advanced_alchemy.types.datetime`."""
from advanced_alchemy.types import DateTimeUTC
