from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, ForeignKey, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base

if TYPE_CHECKING:
    from app.models.hiker import Hiker


class JournalEntry(Base):
    __tablename__ = "journal_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    hiker_id: Mapped[int] = mapped_column(
        ForeignKey("hikers.id", ondelete="CASCADE"), index=True
    )
    route_id: Mapped[int | None] = mapped_column(ForeignKey("routes.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )

    hiker: Mapped[Hiker] = relationship(back_populates="journal")
