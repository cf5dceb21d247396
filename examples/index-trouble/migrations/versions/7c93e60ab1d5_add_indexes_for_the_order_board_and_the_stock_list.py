"""add indexes for the order board and the stock list

Revision ID: 7c93e60ab1d5
Revises: 58e1c2f4d07a
Create Date: 2025-09-29 08:14:03
"""
import sqlalchemy as sa
from alembic import op

revision = "7c93e60ab1d5"
down_revision = "58e1c2f4d07a"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("idx_wo_status_opened", "work_orders", ["status", "opened_on"])
    op.create_index("idx_wo_opened", "work_orders", ["opened_on"])
    op.create_index("ix_stock_moves_unsettled", "stock_moves", ["part_id"], sqlite_where=sa.text("settled = 0"))
    op.create_index("ix_stock_moves_settled", "stock_moves", ["part_id"], sqlite_where=sa.text("settled = 1"))


def downgrade():
    op.drop_index("ix_stock_moves_settled", table_name="stock_moves")
    op.drop_index("ix_stock_moves_unsettled", table_name="stock_moves")
    op.drop_index("idx_wo_opened", table_name="work_orders")
    op.drop_index("idx_wo_status_opened", table_name="work_orders")
