"""first schema: hikers and huts

Revision ID: 20230914_first
Revises: 
Create Date: 2023-09-14 08:00:00
"""
import sqlalchemy as sa
from alembic import op

revision = "20230914_first"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "hikers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("home_region", sa.String(length=60), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "huts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("beds", sa.Integer(), nullable=False),
        sa.Column("altitude_m", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )


def downgrade():
    op.drop_table("huts")
    op.drop_table("hikers")
