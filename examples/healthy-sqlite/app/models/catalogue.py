from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base
from app.models.mixins import CreatedMixin, IdMixin

if TYPE_CHECKING:
    from app.models.branch import Branch
    from app.models.lending import Loan, Reservation

# The primary key serves look-ups by title; the index serves "everything in a category".
title_categories = Table(
    "title_categories",
    Base.metadata,
    Column("title_id", ForeignKey("titles.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "category_id",
        ForeignKey("categories.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
)


class Title(IdMixin, CreatedMixin, Base):
    __tablename__ = "titles"
    __table_args__ = (
        CheckConstraint("published_year IS NULL OR published_year > 1400", name="published_year"),
    )

    name: Mapped[str] = mapped_column(String(300))
    # Indexed: the catalogue sorts by author.
    author: Mapped[str] = mapped_column(String(200), index=True)
    published_year: Mapped[int | None]
    summary: Mapped[str | None] = mapped_column(Text)

    copies: Mapped[list[Copy]] = relationship(
        back_populates="title", cascade="all, delete-orphan", passive_deletes=True
    )
    categories: Mapped[list[Category]] = relationship(
        secondary=title_categories, back_populates="titles"
    )
    reservations: Mapped[list[Reservation]] = relationship(
        back_populates="title", cascade="all, delete-orphan", passive_deletes=True
    )


class Category(IdMixin, Base):
    __tablename__ = "categories"

    name: Mapped[str] = mapped_column(String(80), unique=True)

    titles: Mapped[list[Title]] = relationship(
        secondary=title_categories, back_populates="categories"
    )


class Copy(IdMixin, CreatedMixin, Base):
    __tablename__ = "copies"

    barcode: Mapped[str] = mapped_column(String(20), unique=True)
    # Indexed: the page of a title lists its copies.
    title_id: Mapped[int] = mapped_column(
        ForeignKey("titles.id", ondelete="CASCADE"), index=True
    )
    # Indexed: stock-taking goes branch by branch.
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"), index=True)
    donor_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))

    title: Mapped[Title] = relationship(back_populates="copies")
    branch: Mapped[Branch] = relationship(back_populates="copies")
    loans: Mapped[list[Loan]] = relationship(back_populates="copy")


# Few copies have a donor, so only those are indexed. The predicate follows from every
# look-up of a donor, hence the foreign key is covered.
Index("ix_copies_donor_id", Copy.donor_id, sqlite_where=Copy.donor_id.is_not(None))
