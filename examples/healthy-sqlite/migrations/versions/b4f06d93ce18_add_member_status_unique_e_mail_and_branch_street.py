"""add member status, unique e-mail and branch street

Revision ID: b4f06d93ce18
Revises: 2d8c57ab90e1
Create Date: 2024-06-14 13:40:10
"""
import sqlalchemy as sa
from alembic import op

revision = "b4f06d93ce18"
down_revision = "2d8c57ab90e1"
branch_labels = None
depends_on = None


members = sa.table("members", sa.column("id", sa.Integer()), sa.column("email", sa.String()))


def upgrade() -> None:
    op.add_column("branches", sa.Column("street", sa.String(length=200), nullable=True))

    # An empty string is not an address, and two of them would not be unique.
    op.execute(members.update().where(members.c.email == "").values(email=None))

    with op.batch_alter_table("members") as batch_op:
        batch_op.add_column(
            sa.Column(
                "status",
                sa.Enum("active", "suspended", "left", name="member_status", native_enum=False, length=16),
                server_default="active",
                nullable=False,
            )
        )
        batch_op.create_unique_constraint(batch_op.f("uq_members_email"), ["email"])


def downgrade() -> None:
    with op.batch_alter_table("members") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_members_email"), type_="unique")
        batch_op.drop_column("status")
    with op.batch_alter_table("branches") as batch_op:
        batch_op.drop_column("street")
