"""final fix test

Revision ID: c1d5e80b7f42
Revises: 20240815_add_two_factor_login_and_crews
Create Date: 2024-09-03 19:55:00
"""
import sqlalchemy as sa
from alembic import op

revision = "c1d5e80b7f42"
down_revision = "20240815_add_two_factor_login_and_crews"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("hikers", sa.Column("locale", sa.String(length=12), nullable=True))


def downgrade():
    op.drop_column("hikers", "locale")
