"""`sqlalchemy_utils.types.encrypted.encrypted_type`."""
from sqlalchemy_utils.types import AesEngine, AesGcmEngine, EncryptedType, FernetEngine, StringEncryptedType
