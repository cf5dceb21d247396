"""`advanced_alchemy.mixins.nanoid`."""
from advanced_alchemy.mixins import NanoIDPrimaryKey
