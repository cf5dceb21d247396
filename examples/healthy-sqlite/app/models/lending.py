from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base
from app.models.mixins import CreatedMixin, IdMixin

if TYPE_CHECKING:
    from app.models.catalogue import Copy, Title
    from app.models.member import Member


class Loan(IdMixin, Base):
    __tablename__ = "loans"
    __table_args__ = (
        CheckConstraint("due_on >= lent_on", name="due_after_lent"),
        # "What does this member have, most urgent first"; also covers the foreign key.
        Index(None, "member_id", "due_on"),
    )

    # Indexed: the history of a copy.
    copy_id: Mapped[int] = mapped_column(ForeignKey("copies.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    lent_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    returned_at: Mapped[datetime | None] = mapped_column(DateTime)

    copy: Mapped[Copy] = relationship(back_populates="loans")
    member: Mapped[Member] = relationship(back_populates="loans")
    fine: Mapped[Fine | None] = relationship(
        back_populates="loan", cascade="all, delete-orphan", passive_deletes=True
    )


class Fine(IdMixin, CreatedMixin, Base):
    __tablename__ = "fines"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    # One fine per loan: the unique constraint is also the index of the foreign key.
    loan_id: Mapped[int] = mapped_column(
        ForeignKey("loans.id", ondelete="CASCADE"), unique=True
    )
    amount: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    note: Mapped[str | None] = mapped_column(String(200))

    loan: Mapped[Loan] = relationship(back_populates="fine")


class Reservation(IdMixin, CreatedMixin, Base):
    __tablename__ = "reservations"
    # The constraint starts with title_id, so it covers that foreign key.
    __table_args__ = (UniqueConstraint("title_id", "member_id"),)

    title_id: Mapped[int] = mapped_column(ForeignKey("titles.id", ondelete="CASCADE"))
    # Indexed: "my reservations".
    member_id: Mapped[int] = mapped_column(
        ForeignKey("members.id", ondelete="CASCADE"), index=True
    )
    pick_up_by: Mapped[date | None] = mapped_column(Date)

    title: Mapped[Title] = relationship(back_populates="reservations")
    member: Mapped[Member] = relationship(back_populates="reservations")
