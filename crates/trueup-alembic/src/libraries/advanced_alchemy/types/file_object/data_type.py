"""`advanced_alchemy.types.file_object.data_type`."""
from advanced_alchemy.types import StoredObject
