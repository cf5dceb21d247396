from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base
from app.models.mixins import CreatedMixin, IdMixin

if TYPE_CHECKING:
    from app.models.catalogue import Copy


class Branch(IdMixin, CreatedMixin, Base):
    __tablename__ = "branches"

    code: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    street: Mapped[str | None] = mapped_column(String(200))

    copies: Mapped[list[Copy]] = relationship(back_populates="branch")
