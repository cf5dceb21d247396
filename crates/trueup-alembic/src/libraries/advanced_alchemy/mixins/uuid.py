"""`advanced_alchemy.mixins.uuid`."""
from advanced_alchemy.mixins import UUIDPrimaryKey, UUIDv6PrimaryKey, UUIDv7PrimaryKey
