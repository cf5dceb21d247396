"""`advanced_alchemy.types.mutables`."""
from advanced_alchemy.types import MutableList
