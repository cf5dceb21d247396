"""add password history

Revision ID: add_password_history
Revises: 
Create Date: 2024-04-12 09:00:00
"""
import sqlalchemy as sa
from alembic import op

revision = "add_password_history"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "password_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hiker_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["hiker_id"], ["hikers.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_password_history_hiker_id", "password_history", ["hiker_id"])


def downgrade():
    op.drop_index("ix_password_history_hiker_id", table_name="password_history")
    op.drop_table("password_history")
