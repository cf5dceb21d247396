"""`sqlalchemy_utils.types.ip_address`."""
from sqlalchemy_utils.types import IPAddressType
