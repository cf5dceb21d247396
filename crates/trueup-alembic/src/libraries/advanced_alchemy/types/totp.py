"""`advanced_alchemy.types.totp`."""
from advanced_alchemy.types import TOTPSecret
