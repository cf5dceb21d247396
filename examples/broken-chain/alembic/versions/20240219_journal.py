"""add journal entries

Revision ID: 20240219_journal
Revises: 20240201_photo_albums
Create Date: 2024-02-19 10:10:00
"""
import sqlalchemy as sa
from alembic import op

revision = "20240219_journal"
down_revision = "20240201_photo_albums"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "journal_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hiker_id", sa.Integer(), nullable=False),
        sa.Column("route_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["hiker_id"], ["hikers.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_journal_entries_hiker_id", "journal_entries", ["hiker_id"])
    op.create_index("ix_journal_entries_route_id", "journal_entries", ["route_id"])


def downgrade():
    op.drop_index("ix_journal_entries_route_id", table_name="journal_entries")
    op.drop_index("ix_journal_entries_hiker_id", table_name="journal_entries")
    op.drop_table("journal_entries")
