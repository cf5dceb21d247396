"""`advanced_alchemy.types.identity`."""
from advanced_alchemy.types import BigIntIdentity
