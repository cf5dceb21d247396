"""add sensors and readings

Revision ID: 8c44e01b97aa
Revises: 5fa310c2d8e4
Create Date: 2024-01-22 16:40:37
"""
import sqlalchemy as sa
from alembic import op

revision = "8c44e01b97aa"
down_revision = "5fa310c2d8e4"
branch_labels = None
depends_on = None


sensor_kind = sa.Enum("temperature", "humidity", "soil", name="sensor_kind")


def upgrade():
    op.create_table(
        "sensors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("greenhouse_id", sa.Integer(), nullable=False),
        sa.Column("serial_number", sa.String(length=40), nullable=False),
        sa.Column("kind", sensor_kind, nullable=False),
        sa.Column("calibration", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["greenhouse_id"], ["greenhouses.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("serial_number"),
    )
    op.create_index("ix_sensors_greenhouse_id", "sensors", ["greenhouse_id"])
    op.create_table(
        "readings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("sensor_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["sensor_id"], ["sensors.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_readings_sensor_id", "readings", ["sensor_id"])


def downgrade():
    op.drop_index("ix_readings_sensor_id", table_name="readings")
    op.drop_table("readings")
    op.drop_index("ix_sensors_greenhouse_id", table_name="sensors")
    op.drop_table("sensors")
    sensor_kind.drop(op.get_bind())
