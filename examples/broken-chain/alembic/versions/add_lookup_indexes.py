"""add look-up indexes

Revision ID: add_lookup_indexes
Revises: 
Create Date: 2024-06-10 12:12:00
"""
from alembic import op

revision = "add_lookup_indexes"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_bookings_status_starts_on", "bookings", ["status", "starts_on"])


def downgrade():
    op.drop_index("ix_bookings_status_starts_on", table_name="bookings")
