"""`advanced_alchemy.types.json`."""
from advanced_alchemy.types import ORA_JSONB, JsonB
