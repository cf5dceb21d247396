"""`advanced_alchemy.mixins.slug`."""
from advanced_alchemy.mixins import SlugKey
