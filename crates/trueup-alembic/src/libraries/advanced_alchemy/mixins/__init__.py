"""`advanced_alchemy.mixins`: keys and columns that bases are put together from."""
from sqlalchemy import Identity, Integer, Sequence, String, UniqueConstraint
from sqlalchemy.orm import declared_attr, mapped_column

from advanced_alchemy.types import GUID, BigIntIdentity, DateTimeUTC


class SentinelMixin:
    @declared_attr
    def _sentinel(cls):
        return mapped_column("sa_orm_sentinel", Integer, nullable=True, sort_order=3000)


class UUIDPrimaryKey(SentinelMixin):
    @declared_attr
    def id(cls):
        return mapped_column(GUID(), primary_key=True, sort_order=-100)


class UUIDv6PrimaryKey(UUIDPrimaryKey):
    ...


class UUIDv7PrimaryKey(UUIDPrimaryKey):
    ...


class NanoIDPrimaryKey(SentinelMixin):
    @declared_attr
    def id(cls):
        return mapped_column(String, primary_key=True, sort_order=-100)


class BigIntPrimaryKey:
    @declared_attr
    def id(cls):
        return mapped_column(BigIntIdentity, Sequence(f"{cls.__tablename__}_id_seq", optional=False), primary_key=True, sort_order=-100)


class IdentityPrimaryKey:
    @declared_attr
    def id(cls):
        return mapped_column(BigIntIdentity, Identity(start=1, increment=1), primary_key=True, sort_order=-100)


class AuditColumns:
    @declared_attr
    def created_at(cls):
        return mapped_column(DateTimeUTC(timezone=True), nullable=False, sort_order=3002)

    @declared_attr
    def updated_at(cls):
        return mapped_column(DateTimeUTC(timezone=True), nullable=False, sort_order=3003)


class SlugKey:
    @declared_attr
    def slug(cls):
        return mapped_column(String(100), nullable=False)

    @declared_attr.directive
    def __table_args__(cls):
        return (UniqueConstraint("slug", name=f"uq_{cls.__tablename__}_slug"),)


class UniqueMixin:
    ...
