"""`sqlalchemy_utils.types.enriched_datetime.enriched_datetime_type`."""
from sqlalchemy_utils.types import EnrichedDateTimeType
