"""add reservations

Revision ID: c05a3e7719fd
Revises: 91d2f6a8be57
Create Date: 2024-04-02 08:01:19
"""
import sqlalchemy as sa
from alembic import op

revision = "c05a3e7719fd"
down_revision = "91d2f6a8be57"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reservations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("pick_up_by", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_reservations_member_id_members"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["title_id"], ["titles.id"], name=op.f("fk_reservations_title_id_titles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
        sa.UniqueConstraint("title_id", "member_id", name=op.f("uq_reservations_title_id_member_id")),
    )
    op.create_index(op.f("ix_reservations_member_id"), "reservations", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_reservations_member_id"), table_name="reservations")
    op.drop_table("reservations")
