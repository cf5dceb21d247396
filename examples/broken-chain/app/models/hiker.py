from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base

if TYPE_CHECKING:
    from app.models.booking import Booking
    from app.models.journal import JournalEntry


class Hiker(Base):
    __tablename__ = "hikers"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    display_name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20), server_default="hiker")
    home_region: Mapped[str | None] = mapped_column(String(60), index=True)
    locale: Mapped[str | None] = mapped_column(String(12))
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    crew_id: Mapped[int | None] = mapped_column(ForeignKey("crews.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )

    bookings: Mapped[list[Booking]] = relationship(back_populates="hiker")
    journal: Mapped[list[JournalEntry]] = relationship(
        back_populates="hiker", cascade="all, delete-orphan", passive_deletes=True
    )
