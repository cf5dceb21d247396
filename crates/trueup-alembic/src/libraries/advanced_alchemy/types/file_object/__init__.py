"""`advanced_alchemy.types.file_object`."""
from advanced_alchemy.types import FileObject, FileObjectList, StoredObject
