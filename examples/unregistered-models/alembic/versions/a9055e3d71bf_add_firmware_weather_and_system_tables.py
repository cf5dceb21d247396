"""add firmware, weather and system tables

Revision ID: a9055e3d71bf
Revises: 73f8d1ce6b29
Create Date: 2024-04-30 18:22:56
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a9055e3d71bf"
down_revision = "73f8d1ce6b29"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "firmware_channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "firmware_builds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["firmware_channels.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_firmware_builds_channel_id", "firmware_builds", ["channel_id"])
    op.create_table(
        "weather_stations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_weather_stations_site_id", "weather_stations", ["site_id"])
    op.create_table(
        "weather_days",
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rain_mm", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["weather_stations.id"]),
        sa.PrimaryKeyConstraint("station_id", "day"),
    )
    op.create_table(
        "system_settings",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_system_settings_changed_by_id", "system_settings", ["changed_by_id"])
    op.create_table(
        "worker_snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("load", sa.Float(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    op.drop_table("worker_snapshots")
    op.drop_index("ix_system_settings_changed_by_id", table_name="system_settings")
    op.drop_table("system_settings")
    op.drop_table("weather_days")
    op.drop_index("ix_weather_stations_site_id", table_name="weather_stations")
    op.drop_table("weather_stations")
    op.drop_index("ix_firmware_builds_channel_id", table_name="firmware_builds")
    op.drop_table("firmware_builds")
    op.drop_table("firmware_channels")
