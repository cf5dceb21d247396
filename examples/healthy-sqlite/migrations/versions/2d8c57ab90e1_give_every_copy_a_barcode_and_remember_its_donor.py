"""give every copy a barcode and remember its donor

Revision ID: 2d8c57ab90e1
Revises: e6b91f04a28c
Create Date: 2024-05-21 11:05:48
"""
import sqlalchemy as sa
from alembic import op

revision = "2d8c57ab90e1"
down_revision = "e6b91f04a28c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("copies") as batch_op:
        batch_op.add_column(sa.Column("barcode", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("donor_id", sa.Integer(), nullable=True))

    # Labels printed before this revision carry the number of the copy.
    op.execute("UPDATE copies SET barcode = printf('C%08d', id) WHERE barcode IS NULL")

    with op.batch_alter_table("copies") as batch_op:
        batch_op.alter_column("barcode", existing_type=sa.String(length=20), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_copies_barcode"), ["barcode"])
        batch_op.create_foreign_key(
            batch_op.f("fk_copies_donor_id_members"), "members", ["donor_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(
            "ix_copies_donor_id", ["donor_id"], unique=False, sqlite_where=sa.text("donor_id IS NOT NULL")
        )


def downgrade() -> None:
    with op.batch_alter_table("copies") as batch_op:
        batch_op.drop_index("ix_copies_donor_id")
        batch_op.drop_constraint(batch_op.f("fk_copies_donor_id_members"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_copies_barcode"), type_="unique")
        batch_op.drop_column("donor_id")
        batch_op.drop_column("barcode")
