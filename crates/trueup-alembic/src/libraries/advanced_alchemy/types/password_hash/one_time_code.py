"""`advanced_alchemy.types.password_hash.one_time_code`."""
from advanced_alchemy.types import OneTimeCode
