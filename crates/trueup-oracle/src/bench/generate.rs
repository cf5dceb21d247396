//! Writes Alembic projects of any size.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;

const ENV: &str = r#"from logging.config import fileConfig
from alembic import context
from sqlalchemy import create_engine, pool

try:
    from models import Base
    target_metadata = Base.metadata
except ImportError:
    target_metadata = None

config = context.config


def run_migrations_online():
    engine = create_engine(config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    context.configure(url=config.get_main_option("sqlalchemy.url"), target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()
else:
    run_migrations_online()
"#;

/// Writes a chain of revisions: 10 % new tables, 60 % new columns, 20 % indexes, 10 % statements.
pub(crate) fn chain(folder: &Path, revisions: usize) -> Result<()> {
    frame(folder, "sqlite:///bench.db")?;
    let (mut tables, mut down) = (0, "None".to_owned());
    for number in 0..revisions {
        let table = tables.max(1) - 1;
        let body = match number % 10 {
            0 => {
                tables += 1;
                format!(
                    "    op.create_table(\n        \"t{tables}\",\n        sa.Column(\"id\", sa.Integer(), nullable=False),\n        \
                     sa.Column(\"name\", sa.String(length=100), nullable=True),\n        sa.PrimaryKeyConstraint(\"id\"),\n    )\n",
                    tables = tables - 1
                )
            }
            3 | 7 => format!("    op.create_index(\"ix_t{table}_{number}\", \"t{table}\", [\"name\"])\n"),
            9 => format!("    op.execute(\"UPDATE t{table} SET name = 'x' WHERE name IS NULL\")\n"),
            _ => format!(
                "    op.add_column(\"t{table}\", sa.Column(\"c{number}\", sa.Integer(), nullable=True))\n"
            ),
        };
        let id = id_of(number);
        revision(folder, number, &id, &down, &body)?;
        down = format!("\"{id}\"");
    }
    Ok(())
}

/// Writes models and one revision per table: ten columns, a foreign key, a unique constraint and three indexes each.
pub(crate) fn models(folder: &Path, tables: usize, url: &str) -> Result<()> {
    frame(folder, url)?;
    let mut text = String::from(
        "from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Index, Integer, Numeric, String, Text, UniqueConstraint\n\
         from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n",
    );
    let mut down = "None".to_owned();
    for number in 0..tables {
        let parent = number.saturating_sub(1);
        write!(
            text,
            "\n\nclass T{number}(Base):\n    __tablename__ = \"t{number}\"\n    __table_args__ = (\n        \
             UniqueConstraint(\"code\", name=\"uq_t{number}_code\"),\n        Index(\"ix_t{number}_parent\", \"parent_id\"),\n        \
             Index(\"ix_t{number}_name\", \"name\"),\n        Index(\"ix_t{number}_kind_rank\", \"kind\", \"rank\"),\n    )\n    \
             id = Column(Integer, primary_key=True)\n    \
             parent_id = Column(Integer, ForeignKey(\"t{parent}.id\", name=\"fk_t{number}_parent\"), nullable=True)\n    \
             name = Column(String(100), nullable=False)\n    code = Column(String(20), nullable=False)\n    \
             kind = Column(String(10), nullable=True)\n    rank = Column(Integer, nullable=False)\n    \
             amount = Column(Numeric(10, 2), nullable=True)\n    created_at = Column(DateTime, nullable=False)\n    \
             active = Column(Boolean, nullable=False)\n    note = Column(Text, nullable=True)\n"
        )?;
        let body = format!(
            "    op.create_table(\n        \"t{number}\",\n        sa.Column(\"id\", sa.Integer(), nullable=False),\n        \
             sa.Column(\"parent_id\", sa.Integer(), nullable=True),\n        sa.Column(\"name\", sa.String(length=100), nullable=False),\n        \
             sa.Column(\"code\", sa.String(length=20), nullable=False),\n        sa.Column(\"kind\", sa.String(length=10), nullable=True),\n        \
             sa.Column(\"rank\", sa.Integer(), nullable=False),\n        sa.Column(\"amount\", sa.Numeric(10, 2), nullable=True),\n        \
             sa.Column(\"created_at\", sa.DateTime(), nullable=False),\n        sa.Column(\"active\", sa.Boolean(), nullable=False),\n        \
             sa.Column(\"note\", sa.Text(), nullable=True),\n        \
             sa.ForeignKeyConstraint([\"parent_id\"], [\"t{parent}.id\"], name=\"fk_t{number}_parent\"),\n        \
             sa.PrimaryKeyConstraint(\"id\"),\n        sa.UniqueConstraint(\"code\", name=\"uq_t{number}_code\"),\n    )\n    \
             op.create_index(\"ix_t{number}_parent\", \"t{number}\", [\"parent_id\"])\n    \
             op.create_index(\"ix_t{number}_name\", \"t{number}\", [\"name\"])\n    \
             op.create_index(\"ix_t{number}_kind_rank\", \"t{number}\", [\"kind\", \"rank\"])\n"
        );
        let id = id_of(number);
        revision(folder, number, &id, &down, &body)?;
        down = format!("\"{id}\"");
    }
    Ok(fs::write(folder.join("models.py"), text)?)
}

fn frame(folder: &Path, url: &str) -> Result<()> {
    fs::create_dir_all(folder.join("alembic/versions"))?;
    address(folder, url)?;
    Ok(fs::write(folder.join("alembic/env.py"), ENV)?)
}

/// Writes the configuration, with the address of the database.
pub(crate) fn address(folder: &Path, url: &str) -> Result<()> {
    let ini = format!(
        "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\npath_separator = os\nsqlalchemy.url = {url}\n"
    );
    Ok(fs::write(folder.join("alembic.ini"), ini)?)
}

/// A number spread over twelve hexadecimal digits, as Alembic's own ids are.
fn id_of(number: usize) -> String {
    format!("{:012x}", (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16)
}

fn revision(folder: &Path, number: usize, id: &str, down: &str, body: &str) -> Result<()> {
    let revises = down.trim_matches('"');
    let text = format!(
        "\"\"\"step {number}\n\nRevision ID: {id}\nRevises: {revises}\nCreate Date: 2025-01-01 00:00:00.000000\n\n\"\"\"\n\
         from alembic import op\nimport sqlalchemy as sa\n\n\n# revision identifiers, used by Alembic.\nrevision = \"{id}\"\n\
         down_revision = {down}\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n{body}\n\n\
         def downgrade() -> None:\n    raise NotImplementedError\n"
    );
    Ok(fs::write(folder.join(format!("alembic/versions/{id}_step_{number}.py")), text)?)
}
