"""merge reservations and categories

Revision ID: e6b91f04a28c
Revises: c05a3e7719fd, 7ae840c1d6f3
Create Date: 2024-04-08 10:20:31
"""

revision = "e6b91f04a28c"
down_revision = ("c05a3e7719fd", "7ae840c1d6f3")
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
