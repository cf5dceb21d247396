"""`advanced_alchemy.types.guid`."""
from advanced_alchemy.types import GUID
