"""add two-factor login and crews

Revision ID: 20240815_add_two_factor_login_and_crews
Revises: 20240702_api_keys
Create Date: 2024-08-15 10:30:00
"""
import sqlalchemy as sa
from alembic import op

revision = "20240815_add_two_factor_login_and_crews"
down_revision = "20240702_api_keys"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("hikers", sa.Column("totp_secret", sa.String(length=64), nullable=True))
    op.add_column("hikers", sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "crews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("lead_hiker_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_hiker_id"], ["hikers.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_crews_lead_hiker_id", "crews", ["lead_hiker_id"])
    op.create_table(
        "progress_notes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("crew_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["crew_id"], ["crews.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_progress_notes_crew_id", "progress_notes", ["crew_id"])
    op.add_column("hikers", sa.Column("crew_id", sa.Integer(), nullable=True))
    op.create_foreign_key("hikers_crew_id_fkey", "hikers", "crews", ["crew_id"], ["id"])
    op.create_index("ix_hikers_crew_id", "hikers", ["crew_id"])


def downgrade():
    op.drop_index("ix_hikers_crew_id", table_name="hikers")
    op.drop_constraint("hikers_crew_id_fkey", "hikers", type_="foreignkey")
    op.drop_column("hikers", "crew_id")
    op.drop_index("ix_progress_notes_crew_id", table_name="progress_notes")
    op.drop_table("progress_notes")
    op.drop_index("ix_crews_lead_hiker_id", table_name="crews")
    op.drop_table("crews")
    op.drop_column("hikers", "totp_confirmed_at")
    op.drop_column("hikers", "totp_secret")
