"""add payouts to huts

Revision ID: 20240305_payouts
Revises: 20240108_waypoints
Create Date: 2024-03-05 16:25:00
"""
import sqlalchemy as sa
from alembic import op

revision = "20240305_payouts"
down_revision = "20240219_journal"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "payouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hut_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.ForeignKeyConstraint(["hut_id"], ["huts.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_payouts_hut_id", "payouts", ["hut_id"])


def downgrade():
    op.drop_index("ix_payouts_hut_id", table_name="payouts")
    op.drop_table("payouts")
