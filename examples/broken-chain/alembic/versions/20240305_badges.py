"""add badges

Revision ID: 20240305_badges
Revises: 20240219_journal
Create Date: 2024-03-05 14:00:00
"""
import sqlalchemy as sa
from alembic import op

revision = "20240305_badges"
down_revision = "20240219_journal"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "badges",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "hiker_badges",
        sa.Column("hiker_id", sa.Integer(), nullable=False),
        sa.Column("badge_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"]),
        sa.ForeignKeyConstraint(["hiker_id"], ["hikers.id"]),
        sa.PrimaryKeyConstraint("hiker_id", "badge_id"),
    )
    op.create_index("ix_hiker_badges_badge_id", "hiker_badges", ["badge_id"])


def downgrade():
    op.drop_index("ix_hiker_badges_badge_id", table_name="hiker_badges")
    op.drop_table("hiker_badges")
    op.drop_table("badges")
