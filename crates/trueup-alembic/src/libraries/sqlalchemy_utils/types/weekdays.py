"""`sqlalchemy_utils.types.weekdays`."""
from sqlalchemy_utils.types import WeekDaysType
