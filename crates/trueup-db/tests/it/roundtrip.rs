//! What SQL text builds in memory is what the inspector reads from a database that ran it.

use trueup_schema::{Dialect, Schema};

#[path = "../../examples/roundtrip/harness.rs"]
mod harness;

use harness::{Live, built, continued, differences, statements};

/// Runs a text both ways, then what our own statements build, and expects one schema; returns what could not be told.
fn unknown_of(dialect: Dialect, name: &str, sql: &str) -> Vec<String> {
    let live = Live::run(dialect, name, sql);
    let actual = live.inspect();
    assert_eq!(live.postgres_url().is_some(), dialect == Dialect::Postgresql);
    let (expected, problems) = built(dialect, sql);
    assert_eq!(problems, [""; 0], "{name}: every statement is understood and can be carried out");
    let (different, unknown) = differences(&expected, &actual);
    assert_eq!(different, [""; 0], "{name}: text against database");
    let again = Live::run(dialect, &format!("{name}-again"), &statements(&expected)).inspect();
    let modelled = |mut schema: Schema| {
        // We have no statements for these.
        schema.unmodelled.clear();
        schema
    };
    let (different, _) = differences(&modelled(actual), &modelled(again));
    assert_eq!(different, [""; 0], "{name}: database against what our statements build");
    unknown
}

#[test]
fn one_of_everything_on_postgresql() {
    let unknown =
        unknown_of(Dialect::Postgresql, "everything", include_str!("../fixtures/everything.pg.sql"));
    let [privileges] = unknown.as_slice() else { panic!("{unknown:?}") };
    assert!(
        privileges.starts_with("Database privileges FUNCTION app.add(integer,character varying[])"),
        "{privileges}"
    );
}

#[test]
fn one_of_everything_on_sqlite() {
    let unknown =
        unknown_of(Dialect::Sqlite, "everything", include_str!("../fixtures/everything.sqlite.sql"));
    assert_eq!(unknown, [""; 0]);
}

#[test]
fn the_spelling_of_sqlalchemy() {
    let unknown =
        unknown_of(Dialect::Postgresql, "sqlalchemy", include_str!("../fixtures/sqlalchemy.pg.sql"));
    let [starred] = unknown.as_slice() else { panic!("{unknown:?}") };
    assert!(starred.starts_with("View starred: query not known"), "{starred}");
}

#[test]
fn expressions_of_many_kinds() {
    let unknown =
        unknown_of(Dialect::Postgresql, "expressions", include_str!("../fixtures/expressions.pg.sql"));
    let objects: Vec<&str> = unknown.iter().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    assert_eq!(
        objects,
        [
            "Database column storage t",
            "Database comment schema audit",
            "Database privileges SCHEMA audit",
            "Database privileges SEQUENCE audit.log_id_seq",
            "Database privileges TABLE v1",
            "Database replica identity t",
            "Database view options v3",
            "View v2",
            "View w2",
        ]
    );
}

#[test]
fn partitions_and_inheritance() {
    let unknown =
        unknown_of(Dialect::Postgresql, "partitions", include_str!("../fixtures/partitions.pg.sql"));
    assert_eq!(unknown, [""; 0]);
}

/// Changes by hand on a database whose revisions are unchanged, and the difference that each must be.
const CHANGES: [(&str, &str); 16] = [
    ("ALTER TABLE users ALTER COLUMN amount TYPE numeric(8, 2)", "Column users.amount: type"),
    ("DROP INDEX ix_users_email", "Index users.ix_users_email: not in the database"),
    ("ALTER TABLE users ALTER COLUMN bio DROP NOT NULL", "Column users.bio: nullable"),
    ("ALTER TYPE status ADD VALUE 'late'", "Enum status: labels"),
    (
        "ALTER TABLE users DROP CONSTRAINT ck_range, ADD CONSTRAINT ck_range CHECK (logins BETWEEN 0 AND 99)",
        "Check users.ck_range: condition",
    ),
    (
        "ALTER TABLE users DROP CONSTRAINT ck_bool4, ADD CONSTRAINT ck_bool4 CHECK (is_active = 'f')",
        "Check users.ck_bool4: condition",
    ),
    (
        "DROP INDEX uq_users_active; CREATE UNIQUE INDEX uq_users_active ON users (email) WHERE deleted_at IS NOT NULL",
        "Index users.uq_users_active: predicate",
    ),
    ("ALTER TABLE users ALTER COLUMN role SET DEFAULT 'ADMIN'", "Column users.role: default"),
    ("ALTER TABLE users ALTER COLUMN clock SET DEFAULT '09:01'", "Column users.clock: default"),
    ("ALTER TABLE users RENAME CONSTRAINT uq_users_email TO uq_other", "Unique users.uq_users_email: name"),
    ("CREATE TABLE extra (id int)", "Table extra: only in the database"),
    ("DROP TRIGGER users_updated ON users", "Trigger users.users_updated: not in the database"),
    ("CREATE OR REPLACE VIEW simple AS SELECT id, email FROM users WHERE is_admin", "View simple: query"),
    (
        "CREATE OR REPLACE FUNCTION total_of(who INT, since TIMESTAMP DEFAULT now(), label VARCHAR DEFAULT 'x')
         RETURNS NUMERIC AS 'SELECT 2.0' LANGUAGE SQL STABLE STRICT",
        "Function public.total_of(integer, timestamp without time zone, character varying): definition",
    ),
    ("ALTER POLICY tenant ON users USING (id = 1)", "Policy users.tenant: definition"),
    ("ALTER SEQUENCE tickets INCREMENT BY 2", "Sequence tickets: options"),
];

#[test]
fn every_change_by_hand_is_one_difference() {
    let sql = include_str!("../fixtures/sqlalchemy.pg.sql");
    let live = Live::run(Dialect::Postgresql, "changes", sql);
    let (expected, _) = built(Dialect::Postgresql, sql);
    let Live::Postgresql(database) = &live else { panic!("it is PostgreSQL") };
    let before = live.inspect();
    let mut changed = before.clone();
    for (change, difference) in CHANGES {
        change.split("; ").for_each(|statement| database.execute(statement));
        // And the same change in memory is no difference to the database.
        assert_eq!(continued(&mut changed, change), [""; 0], "{change}");
        let words = differences(&expected, &live.inspect()).0;
        assert!(words.iter().any(|found| found.starts_with(difference)), "{change}: {words:#?}");
    }
    let words = differences(&expected, &live.inspect()).0;
    assert_eq!(words.len(), CHANGES.len(), "{words:#?}");
    assert_eq!(differences(&changed, &live.inspect()).0, [""; 0]);
}

#[test]
fn a_changed_join_is_not_called_unchanged() {
    let sql = "CREATE TABLE a (id int, b_id int); CREATE TABLE b (id int);
               CREATE VIEW v AS SELECT a.id FROM a JOIN b ON a.b_id = b.id";
    let live = Live::run(Dialect::Postgresql, "join", sql);
    let (expected, _) = built(Dialect::Postgresql, sql);
    assert_eq!(differences(&expected, &live.inspect()), (vec![], vec![]));
    let Live::Postgresql(database) = &live else { panic!("it is PostgreSQL") };
    database.execute("CREATE OR REPLACE VIEW v AS SELECT b.id FROM a JOIN b ON a.b_id = b.id");
    let (different, unknown) = differences(&expected, &live.inspect());
    assert_eq!((different.len(), unknown.len()), (0, 1), "{different:?} {unknown:?}");
}
