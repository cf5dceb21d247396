"""`advanced_alchemy.types.password_hash.base`."""
from advanced_alchemy.types import HashedPassword, PasswordHash
