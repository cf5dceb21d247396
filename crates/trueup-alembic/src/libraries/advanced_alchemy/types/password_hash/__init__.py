"""`advanced_alchemy.types.password_hash`."""
from advanced_alchemy.types import HashedPassword, OneTimeCode, PasswordHash
