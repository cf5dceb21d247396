"""add API keys

Revision ID: 20240702_api_keys
Revises: 
Create Date: 2024-07-02 13:37:00
"""
import sqlalchemy as sa
from alembic import op

revision = "20240702_api_keys"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hiker_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["hiker_id"], ["hikers.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_hash"),
    )
    op.create_index("ix_api_keys_hiker_id", "api_keys", ["hiker_id"])


def downgrade():
    op.drop_index("ix_api_keys_hiker_id", table_name="api_keys")
    op.drop_table("api_keys")
