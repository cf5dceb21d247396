"""initial schema with indexes

Revision ID: 36d0f7a91be4
Revises: 
Create Date: 2025-03-03 09:00:12
"""
import sqlalchemy as sa
from alembic import op

revision = "36d0f7a91be4"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_index("idx_role_id", "roles", ["id"])
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_index("idx_username", "users", ["username"])
    op.create_index("ix_users_id", "users", ["id"])
    op.create_index("ix_users_role_id", "users", ["role_id"])
    op.create_index("ix_users_username", "users", ["username"], unique=True)
    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("idx_session_token", "user_sessions", ["token"], unique=True)
    op.create_table(
        "bikes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_number", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("retired", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("frame_number"),
    )
    op.create_index("idx_frame_number", "bikes", ["frame_number"])
    op.create_index("ix_bikes_frame_number", "bikes", ["frame_number"])
    op.create_index("idx_bikes_owner_active", "bikes", ["owner_id"], sqlite_where=sa.text("retired = 0"))
    op.create_table(
        "work_orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bike_id", sa.Integer(), nullable=False),
        sa.Column("mechanic_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bike_id"], ["bikes.id"]),
        sa.ForeignKeyConstraint(["mechanic_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("idx_wo_status", "work_orders", ["status"])
    op.create_index(
        "ix_work_orders_mechanic_id",
        "work_orders",
        ["mechanic_id"],
        sqlite_where=sa.text("mechanic_id IS NOT NULL"),
    )
    op.create_table(
        "time_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("mechanic_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mechanic_id"], ["users.id"]),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_orders.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("work_order_id", "mechanic_id", "started_at", name="uq_time_entries_start"),
    )
    op.create_index("ix_time_entries_work_order_id", "time_entries", ["work_order_id"])


def downgrade():
    op.drop_index("ix_time_entries_work_order_id", table_name="time_entries")
    op.drop_table("time_entries")
    op.drop_index("ix_work_orders_mechanic_id", table_name="work_orders")
    op.drop_index("idx_wo_status", table_name="work_orders")
    op.drop_table("work_orders")
    op.drop_index("idx_bikes_owner_active", table_name="bikes")
    op.drop_index("ix_bikes_frame_number", table_name="bikes")
    op.drop_index("idx_frame_number", table_name="bikes")
    op.drop_table("bikes")
    op.drop_index("idx_session_token", table_name="user_sessions")
    op.drop_table("user_sessions")
    op.drop_index("ix_users_username", table_name="users")
    op.drop_index("ix_users_role_id", table_name="users")
    op.drop_index("ix_users_id", table_name="users")
    op.drop_index("idx_username", table_name="users")
    op.drop_table("users")
    op.drop_index("idx_role_id", table_name="roles")
    op.drop_table("roles")
