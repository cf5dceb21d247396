"""add loans and fines

Revision ID: 91d2f6a8be57
Revises: 4b7e19d0c3a2
Create Date: 2024-03-11 14:30:02
"""
import sqlalchemy as sa
from alembic import op

revision = "91d2f6a8be57"
down_revision = "4b7e19d0c3a2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "loans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("lent_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("returned_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("due_on >= lent_on", name=op.f("ck_loans_due_after_lent")),
        sa.ForeignKeyConstraint(["copy_id"], ["copies.id"], name=op.f("fk_loans_copy_id_copies")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_loans_member_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loans")),
    )
    op.create_index(op.f("ix_loans_copy_id"), "loans", ["copy_id"], unique=False)
    op.create_index(op.f("ix_loans_member_id_due_on"), "loans", ["member_id", "due_on"], unique=False)
    op.create_table(
        "fines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("loan_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_fines_amount_positive")),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loans.id"], name=op.f("fk_fines_loan_id_loans"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fines")),
        sa.UniqueConstraint("loan_id", name=op.f("uq_fines_loan_id")),
    )


def downgrade() -> None:
    op.drop_table("fines")
    op.drop_index(op.f("ix_loans_member_id_due_on"), table_name="loans")
    op.drop_index(op.f("ix_loans_copy_id"), table_name="loans")
    op.drop_table("loans")
