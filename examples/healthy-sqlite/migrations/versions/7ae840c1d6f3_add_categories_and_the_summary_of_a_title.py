"""add categories and the summary of a title

Revision ID: 7ae840c1d6f3
Revises: 91d2f6a8be57
Create Date: 2024-04-03 16:47:55
"""
import sqlalchemy as sa
from alembic import op

revision = "7ae840c1d6f3"
down_revision = "91d2f6a8be57"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("name", name=op.f("uq_categories_name")),
    )
    op.create_table(
        "title_categories",
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.id"],
            name=op.f("fk_title_categories_category_id_categories"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["title_id"], ["titles.id"], name=op.f("fk_title_categories_title_id_titles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("title_id", "category_id", name=op.f("pk_title_categories")),
    )
    op.create_index(op.f("ix_title_categories_category_id"), "title_categories", ["category_id"], unique=False)
    with op.batch_alter_table("titles") as batch_op:
        batch_op.add_column(sa.Column("summary", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("titles") as batch_op:
        batch_op.drop_column("summary")
    op.drop_index(op.f("ix_title_categories_category_id"), table_name="title_categories")
    op.drop_table("title_categories")
    op.drop_table("categories")
