"""remove duplicate indexes on usernames and tokens

Revision ID: a2f84bd7c650
Revises: 7c93e60ab1d5
Create Date: 2025-12-13 21:02:37
"""
from alembic import op

revision = "a2f84bd7c650"
down_revision = "7c93e60ab1d5"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_users_username", table_name="users")
    op.drop_index("ix_user_sessions_token", table_name="user_sessions")


def downgrade():
    op.create_index("ix_user_sessions_token", "user_sessions", ["token"])
    op.create_index("ix_users_username", "users", ["username"], unique=True)
