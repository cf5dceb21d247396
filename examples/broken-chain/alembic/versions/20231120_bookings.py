"""add bookings

Revision ID: 20231120_bookings
Revises: 20231002_hiker_role
Create Date: 2023-11-20 15:42:00
"""
import sqlalchemy as sa
from alembic import op

revision = "20231120_bookings"
down_revision = "20231002_hiker_role"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hiker_id", sa.Integer(), nullable=False),
        sa.Column("hut_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("nights", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), server_default="requested", nullable=False),
        sa.ForeignKeyConstraint(["hiker_id"], ["hikers.id"]),
        sa.ForeignKeyConstraint(["hut_id"], ["huts.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_bookings_hiker_id", "bookings", ["hiker_id"])
    op.create_index("ix_bookings_hut_id", "bookings", ["hut_id"])


def downgrade():
    op.drop_index("ix_bookings_hut_id", table_name="bookings")
    op.drop_index("ix_bookings_hiker_id", table_name="bookings")
    op.drop_table("bookings")
