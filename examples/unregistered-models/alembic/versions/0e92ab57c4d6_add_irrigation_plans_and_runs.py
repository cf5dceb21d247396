"""add irrigation plans and runs

Revision ID: 0e92ab57c4d6
Revises: d17b6c9f2e03
Create Date: 2024-03-04 13:51:09
"""
import sqlalchemy as sa
from alembic import op

revision = "0e92ab57c4d6"
down_revision = "d17b6c9f2e03"
branch_labels = None
depends_on = None


run_status = sa.Enum("queued", "running", "done", "failed", name="run_status")


def upgrade():
    op.create_table(
        "irrigation_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("greenhouse_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("litres", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["greenhouse_id"], ["greenhouses.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_irrigation_plans_greenhouse_id", "irrigation_plans", ["greenhouse_id"])
    op.create_table(
        "irrigation_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("status", run_status, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["irrigation_plans.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_irrigation_runs_plan_id", "irrigation_runs", ["plan_id"])


def downgrade():
    op.drop_index("ix_irrigation_runs_plan_id", table_name="irrigation_runs")
    op.drop_table("irrigation_runs")
    op.drop_index("ix_irrigation_plans_greenhouse_id", table_name="irrigation_plans")
    op.drop_table("irrigation_plans")
    run_status.drop(op.get_bind())
