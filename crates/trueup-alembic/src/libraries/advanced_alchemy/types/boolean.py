"""`advanced_alchemy.types.boolean`."""
from advanced_alchemy.types import Bool
