"""create accounts, sites and greenhouses

Revision ID: 5fa310c2d8e4
Revises: 
Create Date: 2024-01-15 10:02:11
"""
import sqlalchemy as sa
from alembic import op

revision = "5fa310c2d8e4"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("is_admin", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "code", name="sites_account_id_code_key"),
    )
    op.create_index("ix_sites_account_id", "sites", ["account_id"])
    op.create_table(
        "greenhouses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("area_m2", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_greenhouses_site_id", "greenhouses", ["site_id"])


def downgrade():
    op.drop_index("ix_greenhouses_site_id", table_name="greenhouses")
    op.drop_table("greenhouses")
    op.drop_index("ix_sites_account_id", table_name="sites")
    op.drop_table("sites")
    op.drop_table("accounts")
