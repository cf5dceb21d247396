"""`advanced_alchemy.base`: one registry behind every base."""
import datetime
import re
import uuid
from typing import Any

from pydantic import AnyHttpUrl, AnyUrl, EmailStr, IPvAnyAddress, IPvAnyInterface, IPvAnyNetwork, Json
from sqlalchemy import Date, MetaData, String
from sqlalchemy.orm import DeclarativeBase, declared_attr, registry as _registry

from advanced_alchemy.mixins import (
    AuditColumns,
    BigIntPrimaryKey,
    IdentityPrimaryKey,
    NanoIDPrimaryKey,
    UUIDPrimaryKey,
    UUIDv6PrimaryKey,
    UUIDv7PrimaryKey,
)
from advanced_alchemy.types import GUID, DateTimeUTC, FileObject, FileObjectList, JsonB, StoredObject

convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def create_registry(custom_annotation_map=None):
    types = {
        uuid.UUID: GUID,
        datetime.datetime: DateTimeUTC,
        datetime.date: Date,
        dict: JsonB,
        dict[str, Any]: JsonB,
        dict[str, str]: JsonB,
        FileObject: StoredObject,
        FileObjectList: StoredObject,
        EmailStr: String,
        AnyUrl: String,
        AnyHttpUrl: String,
        Json: JsonB,
        IPvAnyAddress: String,
        IPvAnyInterface: String,
        IPvAnyNetwork: String,
    }
    types.update(custom_annotation_map or {})
    return _registry(metadata=MetaData(naming_convention=convention), type_annotation_map=types)


orm_registry = create_registry()


class BasicAttributes:
    def to_dict(self, exclude=None):
        return {}


class CommonTableAttributes(BasicAttributes):
    @declared_attr.directive
    def __tablename__(cls):
        return re.sub("((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", cls.__name__).lower()


class AdvancedDeclarativeBase(DeclarativeBase):
    registry = orm_registry
    metadata = orm_registry.metadata
    __abstract__ = True


class DefaultBase(CommonTableAttributes, AdvancedDeclarativeBase):
    __abstract__ = True


class SQLQuery(BasicAttributes, AdvancedDeclarativeBase):
    __abstract__ = True


class UUIDBase(UUIDPrimaryKey, DefaultBase):
    __abstract__ = True


class UUIDAuditBase(AuditColumns, UUIDBase):
    __abstract__ = True


class UUIDv6Base(UUIDv6PrimaryKey, DefaultBase):
    __abstract__ = True


class UUIDv6AuditBase(AuditColumns, UUIDv6Base):
    __abstract__ = True


class UUIDv7Base(UUIDv7PrimaryKey, DefaultBase):
    __abstract__ = True


class UUIDv7AuditBase(AuditColumns, UUIDv7Base):
    __abstract__ = True


class NanoIDBase(NanoIDPrimaryKey, DefaultBase):
    __abstract__ = True


class NanoIDAuditBase(AuditColumns, NanoIDBase):
    __abstract__ = True


class BigIntBase(BigIntPrimaryKey, DefaultBase):
    __abstract__ = True


class BigIntAuditBase(AuditColumns, BigIntBase):
    __abstract__ = True


class IdentityBase(IdentityPrimaryKey, DefaultBase):
    __abstract__ = True


class IdentityAuditBase(AuditColumns, IdentityBase):
    __abstract__ = True
