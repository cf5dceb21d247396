from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base

if TYPE_CHECKING:
    from app.models.hiker import Hiker
    from app.models.hut import Hut


class Booking(Base):
    __tablename__ = "bookings"
    __table_args__ = (Index("ix_bookings_status_starts_on", "status", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hiker_id: Mapped[int] = mapped_column(ForeignKey("hikers.id"), index=True)
    hut_id: Mapped[int] = mapped_column(ForeignKey("huts.id"), index=True)
    starts_on: Mapped[date] = mapped_column(Date)
    nights: Mapped[int]
    status: Mapped[str] = mapped_column(String(20), server_default="requested")

    hiker: Mapped[Hiker] = relationship(back_populates="bookings")
    hut: Mapped[Hut] = relationship(back_populates="bookings")
