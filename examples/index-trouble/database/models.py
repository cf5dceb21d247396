"""All tables of the workshop."""
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()


class Role(Base):
    __tablename__ = "roles"
    __table_args__ = (Index("idx_role_id", "id"),)

    id = Column(Integer, primary_key=True)
    name = Column(String(40), nullable=False, unique=True)


class User(Base):
    __tablename__ = "users"
    __table_args__ = (Index("idx_username", "username"),)

    id = Column(Integer, primary_key=True, index=True)
    username = Column(String(60), nullable=False)
    email = Column(String(254), nullable=False, unique=True)
    role_id = Column(Integer, ForeignKey("roles.id"), nullable=False, index=True)

    role = relationship("Role")


class UserSession(Base):
    __tablename__ = "user_sessions"
    __table_args__ = (Index("idx_session_token", "token", unique=True),)

    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    token = Column(String(64), nullable=False)
    expires_at = Column(DateTime, nullable=False)


class Bike(Base):
    __tablename__ = "bikes"
    __table_args__ = (
        Index("idx_frame_number", "frame_number"),
        Index("ix_bikes_frame_number", "frame_number"),
        # The desk only looks for bikes that are still on the road.
        Index("idx_bikes_owner_active", "owner_id", sqlite_where=text("retired = 0")),
    )

    id = Column(Integer, primary_key=True)
    frame_number = Column(String(40), nullable=False, unique=True)
    owner_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    model = Column(String(80), nullable=False)
    retired = Column(Boolean, nullable=False, server_default=text("0"))


class WorkOrder(Base):
    __tablename__ = "work_orders"
    __table_args__ = (
        Index("idx_wo_status", "status"),
        Index("idx_wo_status_opened", "status", "opened_on"),
        Index("idx_wo_opened", "opened_on"),
        Index("ix_work_orders_mechanic_id", "mechanic_id", sqlite_where=text("mechanic_id IS NOT NULL")),
    )

    id = Column(Integer, primary_key=True)
    bike_id = Column(Integer, ForeignKey("bikes.id"), nullable=False)
    mechanic_id = Column(Integer, ForeignKey("users.id"), nullable=True)
    status = Column(String(20), nullable=False)
    opened_on = Column(Date, nullable=False)
    description = Column(Text, nullable=False)

    bike = relationship("Bike")
    time_entries = relationship("TimeEntry", back_populates="work_order")


class TimeEntry(Base):
    __tablename__ = "time_entries"
    __table_args__ = (
        UniqueConstraint("work_order_id", "mechanic_id", "started_at", name="uq_time_entries_start"),
    )

    id = Column(Integer, primary_key=True)
    work_order_id = Column(Integer, ForeignKey("work_orders.id"), nullable=False, index=True)
    mechanic_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    started_at = Column(DateTime, nullable=False)
    minutes = Column(Integer, nullable=False)

    work_order = relationship("WorkOrder", back_populates="time_entries")


class Part(Base):
    __tablename__ = "parts"
    __table_args__ = (
        Index("idx_sku", "sku"),
        Index("ix_parts_sku_shelf", "sku", "shelf"),
    )

    id = Column(Integer, primary_key=True)
    sku = Column(String(30), nullable=False, unique=True, index=True)
    name = Column(String(120), nullable=False)
    shelf = Column(String(10), nullable=True)
    price = Column(Numeric(8, 2), nullable=False)


class StockMove(Base):
    __tablename__ = "stock_moves"
    __table_args__ = (
        Index("idx_moves_pending", "part_id", sqlite_where=text("settled = 0")),
        Index("ix_stock_moves_unsettled", "part_id", sqlite_where=text("settled = 0")),
        Index("ix_stock_moves_settled", "part_id", sqlite_where=text("settled = 1")),
    )

    id = Column(Integer, primary_key=True)
    part_id = Column(Integer, ForeignKey("parts.id"), nullable=False, index=True)
    work_order_id = Column(Integer, ForeignKey("work_orders.id"), nullable=True)
    quantity = Column(Integer, nullable=False)
    settled = Column(Boolean, nullable=False, server_default=text("0"))
