"""add routes

Revision ID: 20240108_routes
Revises: 20231120_booking
Create Date: 2024-01-08 09:05:00
"""
import sqlalchemy as sa
from alembic import op

revision = "20240108_routes"
down_revision = "20231120_booking"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "routes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("length_km", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    op.drop_table("routes")
