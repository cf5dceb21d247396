"""add alert rules and events

Revision ID: d17b6c9f2e03
Revises: 8c44e01b97aa
Create Date: 2024-02-13 09:15:20
"""
import sqlalchemy as sa
from alembic import op

revision = "d17b6c9f2e03"
down_revision = "8c44e01b97aa"
branch_labels = None
depends_on = None


alert_severity = sa.Enum("info", "warning", "critical", name="alert_severity")


def upgrade():
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sensor_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("severity", alert_severity, nullable=False),
        sa.Column("upper_limit", sa.Float(), nullable=True),
        sa.Column("lower_limit", sa.Float(), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.ForeignKeyConstraint(["sensor_id"], ["sensors.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alert_rules_sensor_id", "alert_rules", ["sensor_id"])
    op.create_table(
        "alert_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rules.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alert_events_rule_id", "alert_events", ["rule_id"])


def downgrade():
    op.drop_index("ix_alert_events_rule_id", table_name="alert_events")
    op.drop_table("alert_events")
    op.drop_index("ix_alert_rules_sensor_id", table_name="alert_rules")
    op.drop_table("alert_rules")
    alert_severity.drop(op.get_bind())
