"""create branches, members, titles and copies

Revision ID: 4b7e19d0c3a2
Revises: 
Create Date: 2024-02-05 09:12:44
"""
import sqlalchemy as sa
from alembic import op

revision = "4b7e19d0c3a2"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "branches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branches")),
        sa.UniqueConstraint("code", name=op.f("uq_branches_code")),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_number", sa.String(length=16), nullable=False),
        sa.Column("full_name", sa.String(length=160), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("home_branch_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(["home_branch_id"], ["branches.id"], name=op.f("fk_members_home_branch_id_branches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("card_number", name=op.f("uq_members_card_number")),
    )
    with op.batch_alter_table("members") as batch_op:
        batch_op.create_index(batch_op.f("ix_members_home_branch_id"), ["home_branch_id"], unique=False)
    op.create_table(
        "titles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("published_year", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.CheckConstraint(
            "published_year IS NULL OR published_year > 1400", name=op.f("ck_titles_published_year")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_titles")),
    )
    with op.batch_alter_table("titles") as batch_op:
        batch_op.create_index(batch_op.f("ix_titles_author"), ["author"], unique=False)
    op.create_table(
        "copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_copies_branch_id_branches")),
        sa.ForeignKeyConstraint(
            ["title_id"], ["titles.id"], name=op.f("fk_copies_title_id_titles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copies")),
    )
    with op.batch_alter_table("copies") as batch_op:
        batch_op.create_index(batch_op.f("ix_copies_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_copies_title_id"), ["title_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("copies") as batch_op:
        batch_op.drop_index(batch_op.f("ix_copies_title_id"))
        batch_op.drop_index(batch_op.f("ix_copies_branch_id"))
    op.drop_table("copies")
    with op.batch_alter_table("titles") as batch_op:
        batch_op.drop_index(batch_op.f("ix_titles_author"))
    op.drop_table("titles")
    with op.batch_alter_table("members") as batch_op:
        batch_op.drop_index(batch_op.f("ix_members_home_branch_id"))
    op.drop_table("members")
    op.drop_table("branches")
