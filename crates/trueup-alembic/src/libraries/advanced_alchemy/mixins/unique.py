"""`advanced_alchemy.mixins.unique`."""
from advanced_alchemy.mixins import UniqueMixin
