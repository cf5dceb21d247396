"""add look-up indexes for bookings and hikers

Revision ID: add_lookup_indexes
Revises: 20240305_badges
Create Date: 2024-06-11 08:45:00
"""
from alembic import op

revision = "add_lookup_indexes"
down_revision = "20240305_badges"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_bookings_status_starts_on", "bookings", ["status", "starts_on"])
    op.create_index("ix_hikers_home_region", "hikers", ["home_region"])


def downgrade():
    op.drop_index("ix_hikers_home_region", table_name="hikers")
    op.drop_index("ix_bookings_status_starts_on", table_name="bookings")
