"""add parts and stock moves

Revision ID: 58e1c2f4d07a
Revises: 36d0f7a91be4
Create Date: 2025-04-17 15:26:40
"""
import sqlalchemy as sa
from alembic import op

revision = "58e1c2f4d07a"
down_revision = "36d0f7a91be4"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("shelf", sa.String(length=10), nullable=True),
        sa.Column("price", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("idx_sku", "parts", ["sku"])
    op.create_index("ix_parts_sku", "parts", ["sku"], unique=True)
    op.create_index("ix_parts_sku_shelf", "parts", ["sku", "shelf"])
    op.create_table(
        "stock_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"]),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_orders.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("idx_moves_pending", "stock_moves", ["part_id"], sqlite_where=sa.text("settled = 0"))
    op.create_index("ix_stock_moves_part_id", "stock_moves", ["part_id"])


def downgrade():
    op.drop_index("ix_stock_moves_part_id", table_name="stock_moves")
    op.drop_index("idx_moves_pending", table_name="stock_moves")
    op.drop_table("stock_moves")
    op.drop_index("ix_parts_sku_shelf", table_name="parts")
    op.drop_index("ix_parts_sku", table_name="parts")
    op.drop_index("idx_sku", table_name="parts")
    op.drop_table("parts")
