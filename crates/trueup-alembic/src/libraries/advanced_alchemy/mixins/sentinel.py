"""`advanced_alchemy.mixins.sentinel`."""
from advanced_alchemy.mixins import SentinelMixin
