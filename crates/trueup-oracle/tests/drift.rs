//! A database that the revisions built is clean; every manual change on it is one finding.

use std::collections::BTreeSet;
use std::path::Path;

use trueup_project::config::{ConfigRequest, Configuration};
use trueup_project::pipelines::check::{CheckRequest, build, check};
use trueup_schema::Dialect;
use trueup_testkit::postgres::Postgres;
use trueup_testkit::project::Project;

const INI: &str = "[alembic]\nscript_location = alembic\nprepend_sys_path = .\n";
const ENV: &str = "from alembic import context\ntarget_metadata = None\n";

const FIRST: &str = r#""""shop

Revision ID: a1
Revises:
"""
from alembic import op
import sqlalchemy as sa

revision = "a1"
down_revision = None


def upgrade():
    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=100), nullable=False),
        sa.Column("nick", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), server_default="1", nullable=True),
        sa.Column("state", sa.Enum("open", "closed", name="customer_state"), nullable=True),
        sa.CheckConstraint("level > 0", name="ck_level"),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
        sa.UniqueConstraint("email", name="uq_email"),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(10, 2), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_customer"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
    )
    op.create_index("ix_note", "orders", ["note"])
    op.create_index("ix_total", "orders", ["total"], postgresql_where=sa.text("NOT deleted"), sqlite_where=sa.text("NOT deleted"))


def downgrade():
    op.drop_table("orders")
    op.drop_table("customers")
"#;

fn project() -> Project {
    Project::new()
        .file("alembic.ini", INI)
        .file("alembic/env.py", ENV)
        .file("alembic/versions/a1_shop.py", FIRST)
}

fn configuration(folder: &Path) -> Configuration {
    let request = ConfigRequest { directory: folder.to_path_buf(), ..ConfigRequest::default() };
    Configuration::load(&request).expect("the configuration is valid")
}

/// The statements that build what the revisions say, with the version table as Alembic leaves it.
fn statements(configuration: &Configuration, dialect: Dialect) -> Vec<String> {
    let request = CheckRequest { dialect: Some(dialect), ..CheckRequest::default() };
    let built = build(configuration, &request, None);
    let mut out = vec!["CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))".to_owned()];
    out.extend(
        built.replay.schema.create_statements().into_iter().filter(|sql| !sql.contains("alembic_version")),
    );
    out.push("INSERT INTO alembic_version VALUES ('a1')".to_owned());
    out
}

/// What the group *drift* says about a database: kind and name of each object.
fn drift(configuration: &Configuration, url: &str) -> BTreeSet<String> {
    let request = CheckRequest {
        database: Some(url.to_owned()),
        only: vec!["drift".to_owned()],
        ..CheckRequest::default()
    };
    let report = check(configuration, &request).expect("the request is valid");
    if let Some(failure) = &report.failure {
        panic!("{}", failure.message);
    }
    let mut found = BTreeSet::new();
    for diagnostic in &report.diagnostics {
        let object = diagnostic
            .object
            .as_ref()
            .map_or_else(String::new, |object| format!("{} {}", object.kind.name(), object.name));
        assert!(found.insert(object.clone()), "`{object}` is reported twice: {}", diagnostic.message);
    }
    found
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn ten_changes_on_postgresql_are_ten_findings() {
    let project = project();
    let configuration = configuration(project.path());
    let database = Postgres::shared().scratch_database();
    for statement in statements(&configuration, Dialect::Postgresql) {
        database.execute(&statement);
    }
    assert_eq!(drift(&configuration, database.url()), BTreeSet::new(), "what the revisions built is clean");
    for statement in [
        "ALTER TABLE orders ALTER total TYPE numeric(12,2)",
        "DROP INDEX ix_note",
        "ALTER TABLE customers ALTER nick DROP NOT NULL",
        "ALTER TYPE customer_state ADD VALUE 'lost'",
        "ALTER TABLE customers DROP CONSTRAINT ck_level, ADD CONSTRAINT ck_level CHECK (level > 5)",
        "DROP INDEX ix_total; CREATE INDEX ix_total ON orders (total) WHERE deleted",
        "ALTER TABLE customers ALTER level SET DEFAULT 2",
        "ALTER TABLE orders RENAME CONSTRAINT fk_customer TO fk_buyer",
        "CREATE TABLE extra (id int)",
        "CREATE TRIGGER quiet BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ] {
        database.execute(statement);
    }
    let expected = set(&[
        "column total",
        "index ix_note",
        "column nick",
        "enum customer_state",
        "check ck_level",
        "index ix_total",
        "column level",
        "foreign_key fk_customer",
        "table extra",
        "trigger quiet",
    ]);
    assert_eq!(drift(&configuration, database.url()), expected);
}

#[test]
fn changes_on_sqlite_are_findings() {
    let project = project();
    let configuration = configuration(project.path());
    let built = statements(&configuration, Dialect::Sqlite);
    let url = |name: &str, statements: &[String]| {
        let file = project.path().join(name);
        let connection = rusqlite::Connection::open(&file).expect("SQLite opens a file");
        for statement in statements {
            connection.execute_batch(statement).unwrap_or_else(|error| panic!("{error}\nin: {statement}"));
        }
        format!("sqlite:///{}", file.display())
    };
    assert_eq!(
        drift(&configuration, &url("clean.db", &built)),
        BTreeSet::new(),
        "what the revisions built is clean"
    );

    // SQLite changes few things in place, so the changes are made in the texts before they run.
    let mut changed = built.join(";\n");
    let mut change = |old: &str, new: &str| {
        let lower = changed.to_lowercase();
        let at = lower.find(old).unwrap_or_else(|| panic!("`{old}` is not in:\n{changed}"));
        changed.replace_range(at..at + old.len(), new);
    };
    change("numeric(10,2)", "NUMERIC(12,2)");
    change("\"nick\" varchar(40) not null", "\"nick\" VARCHAR(40)");
    change("level > 0", "level > 5");
    change("default '1'", "DEFAULT '2'");
    change("where not deleted", "WHERE deleted");
    change("\"fk_customer\"", "fk_buyer");
    let mut statements = vec![changed];
    statements.push("DROP INDEX ix_note".to_owned());
    statements.push("CREATE TABLE extra (id INTEGER)".to_owned());
    statements.push("CREATE TRIGGER quiet AFTER DELETE ON orders BEGIN SELECT 1; END".to_owned());
    let expected = set(&[
        "column total",
        "column nick",
        "check ck_level",
        "column level",
        "index ix_total",
        "foreign_key fk_customer",
        "index ix_note",
        "table extra",
        "trigger quiet",
    ]);
    assert_eq!(drift(&configuration, &url("changed.db", &statements)), expected);
}
