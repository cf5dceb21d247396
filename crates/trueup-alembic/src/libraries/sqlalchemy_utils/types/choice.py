"""`sqlalchemy_utils.types.choice`."""
from sqlalchemy_utils.types import Choice, ChoiceType
