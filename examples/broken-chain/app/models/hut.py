from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base

if TYPE_CHECKING:
    from app.models.booking import Booking


class Hut(Base):
    __tablename__ = "huts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    beds: Mapped[int]
    altitude_m: Mapped[int | None]

    bookings: Mapped[list[Booking]] = relationship(back_populates="hut")
