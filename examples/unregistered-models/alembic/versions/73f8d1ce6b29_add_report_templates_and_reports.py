"""add report templates and reports

Revision ID: 73f8d1ce6b29
Revises: 0e92ab57c4d6
Create Date: 2024-03-19 07:58:44
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "73f8d1ce6b29"
down_revision = "0e92ab57c4d6"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "report_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("layout", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["requested_by_id"], ["accounts.id"]),
        sa.ForeignKeyConstraint(["template_id"], ["report_templates.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reports_template_id", "reports", ["template_id"])
    op.create_index("ix_reports_requested_by_id", "reports", ["requested_by_id"])


def downgrade():
    op.drop_index("ix_reports_requested_by_id", table_name="reports")
    op.drop_index("ix_reports_template_id", table_name="reports")
    op.drop_table("reports")
    op.drop_table("report_templates")
