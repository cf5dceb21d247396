"""`advanced_alchemy.mixins.bigint`."""
from advanced_alchemy.mixins import BigIntPrimaryKey, IdentityPrimaryKey
