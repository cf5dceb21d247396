from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from sqlalchemy import Enum, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base
from app.models.mixins import CreatedMixin, IdMixin

if TYPE_CHECKING:
    from app.models.lending import Loan, Reservation


class MemberStatus(str, enum.Enum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


class Member(IdMixin, CreatedMixin, Base):
    __tablename__ = "members"

    card_number: Mapped[str] = mapped_column(String(16), unique=True)
    full_name: Mapped[str] = mapped_column(String(160))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    status: Mapped[MemberStatus] = mapped_column(
        Enum(
            MemberStatus,
            name="member_status",
            native_enum=False,
            length=16,
            values_callable=lambda members: [member.value for member in members],
        ),
        server_default="active",
    )
    # Indexed: the desk lists the members of its own branch.
    home_branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"), index=True)

    loans: Mapped[list[Loan]] = relationship(back_populates="member")
    reservations: Mapped[list[Reservation]] = relationship(
        back_populates="member", cascade="all, delete-orphan", passive_deletes=True
    )
