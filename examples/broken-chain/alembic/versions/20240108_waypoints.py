"""add the waypoints of a route

Revision ID: 20240108_waypoints
Revises: 20240108_routes
Create Date: 2024-01-08 17:31:00
"""
import sqlalchemy as sa
from alembic import op

revision = "20240108_waypoints"
down_revision = "20240108_routes"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "waypoints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("route_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_waypoints_route_id", "waypoints", ["route_id"])


def downgrade():
    op.drop_index("ix_waypoints_route_id", table_name="waypoints")
    op.drop_table("waypoints")
