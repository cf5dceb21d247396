"""`sqlalchemy_utils.types.enriched_datetime`."""
from sqlalchemy_utils.types import EnrichedDateTimeType, EnrichedDateType
