"""`advanced_alchemy.types.encrypted_string`."""
from advanced_alchemy.types import EncryptedString, EncryptedText, EncryptionBackend, FernetBackend, PGCryptoBackend
