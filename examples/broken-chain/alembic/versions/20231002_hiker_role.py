"""give hikers a role

Revision ID: 20231002_hiker_role
Revises: 20230914_first_schema
Create Date: 2023-10-02 11:20:00
"""
import sqlalchemy as sa
from alembic import op

revision = "20231002_hiker_role"
down_revision = "20230914_first_schema"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("hikers", sa.Column("role", sa.String(length=20), server_default="hiker", nullable=False))


def downgrade():
    op.drop_column("hikers", "role")
