//! Folders of SQL, read and replayed.

use std::path::Path;

use trueup_lint::Selection;
use trueup_schema::Schema;

use super::super::{CheckRequest, Checking, GROUPS};
use crate::config::{ConfigRequest, Configuration};
use crate::report::Report;

fn checked(root: &Path) -> (Report, Vec<String>) {
    let request = ConfigRequest { directory: root.to_path_buf(), ..ConfigRequest::default() };
    let configuration = Configuration::load(&request).expect("a configuration");
    let request = CheckRequest::default();
    let mut checking = Checking::new(&configuration, &request, GROUPS.to_vec());
    let schema = checking.sql_sources(Schema::new(checking.dialect));
    let tables = schema.tables.keys().map(ToString::to_string).collect();
    (checking.finish(&Selection::default()), tables)
}

/// Returns `rule path: message` of a project with these files in `sql` and `code`.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let root = tempfile::tempdir().expect("a temporary folder");
    let settings = "dialect = \"postgresql\"\n[sources]\nsql = [\"sql\"]\n";
    for (path, text) in [("trueup.toml", settings)].iter().chain(files) {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    std::fs::create_dir_all(root.path().join("sql")).expect("a folder");
    let (report, _) = checked(root.path());
    let told = report.diagnostics.into_iter().map(|found| {
        let path = found.location.map(|location| location.path.to_string()).unwrap_or_default();
        format!("{} {path}: {}", found.rule, found.message)
    });
    told.collect()
}

fn sql(text: &str) -> Vec<String> {
    found(&[("sql/001_a.sql", text)])
}

#[test]
fn a_sound_folder_is_silent() {
    let told = found(&[
        (
            "sql/001_a.sql",
            "CREATE TABLE a (id bigint PRIMARY KEY, name text);\nCREATE INDEX a_name_idx ON a (name);",
        ),
        (
            "sql/002_b.sql",
            "CREATE TABLE IF NOT EXISTS a (id bigint PRIMARY KEY, name text);\nCREATE INDEX IF NOT EXISTS a_name_idx ON a (name);",
        ),
        (
            "sql/003_c.sql",
            "ALTER TABLE a ADD COLUMN IF NOT EXISTS name text;\nINSERT INTO a VALUES (1, 'x');",
        ),
        (
            "sql/004_d.sql",
            "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'm') THEN CREATE TYPE m AS ENUM ('a'); END IF; END $$;",
        ),
        ("app.py", "db.execute('SELECT * FROM a')"),
    ]);
    assert_eq!(told, [""; 0]);
}

#[test]
fn one_cause_is_one_finding() {
    let told = sql(
        "CREATE INDEX x ON nowhere (a);\nCREATE INDEX y ON nowhere (b);\nINSERT INTO nowhere VALUES (1);",
    );
    assert_eq!(
        told,
        ["failing-operation sql/001_a.sql: `001_a.sql` cannot be applied: table `nowhere` does not exist"]
    );
    let told = sql("CREATE TABLE a (id int,,);\nCREATE INDEX x ON a (id);\nALTER TABLE a ADD b int;");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("failing-operation sql/001_a.sql: `001_a.sql` is not valid SQL:"),
        "{told:?}"
    );
}

#[test]
fn what_is_there_already() {
    let told = sql("CREATE TABLE a (id int);\nCREATE TABLE a (id int);");
    assert_eq!(
        told,
        ["failing-operation sql/001_a.sql: `001_a.sql` cannot be applied: table `a` already exists"]
    );
}

#[test]
fn another_definition_of_the_same_table() {
    let first = "CREATE TABLE a (id int PRIMARY KEY, s varchar(20));";
    let told = found(&[
        ("sql/001_a.sql", first),
        (
            "sql/002_b.sql",
            "CREATE TABLE IF NOT EXISTS a (id int PRIMARY KEY, s varchar(40), t text);\nCREATE INDEX x ON a (t);",
        ),
    ]);
    assert_eq!(
        told,
        [
            "duplicate-table-definition sql/002_b.sql: `CREATE TABLE IF NOT EXISTS a` is skipped, because the table exists with another definition: `t` does not exist; `s` is different"
        ]
    );
    let harmless = found(&[
        ("sql/001_a.sql", first),
        ("sql/002_b.sql", "CREATE TABLE IF NOT EXISTS a (id int PRIMARY KEY);"),
    ]);
    assert_eq!(harmless, [""; 0]);
}

#[test]
fn a_column_that_is_there_with_another_type() {
    let told = sql("CREATE TABLE a (id int);\nALTER TABLE a ADD COLUMN IF NOT EXISTS id text;");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].ends_with("because `a` has the column with type integer instead of text"), "{told:?}");
}

#[test]
fn an_index_whose_name_is_taken() {
    let tables = "CREATE TABLE a (s text, t text);\nCREATE TABLE b (s text);\nCREATE INDEX i ON a (s);\n";
    let told = sql(&format!("{tables}CREATE INDEX IF NOT EXISTS i ON b (s);"));
    assert_eq!(
        told,
        [
            "lost-index sql/001_a.sql: index `i` on `b` (s) is never made: the name belongs to an index on `a` (s), and `IF NOT EXISTS` skips it"
        ]
    );
    assert_eq!(sql(&format!("{tables}CREATE INDEX IF NOT EXISTS i ON a (t);")).len(), 1);
    assert_eq!(sql(&format!("{tables}CREATE INDEX IF NOT EXISTS i ON a (s);")), [""; 0]);
}

#[test]
fn forms_of_other_databases() {
    for statement in [
        "CREATE DATABASE IF NOT EXISTS d;",
        "CREATE TABLE a (id int AUTO_INCREMENT);",
        "CREATE TYPE IF NOT EXISTS m AS ENUM ('a');",
        "CREATE ROLE IF NOT EXISTS r;",
        "CREATE POLICY IF NOT EXISTS p ON a;",
        "PRAGMA foreign_keys = ON;",
        "USE d;",
        "SHOW TABLES;",
        "CREATE TABLE `a` (id int);",
    ] {
        let told = sql(statement);
        assert!(
            told.len() == 1 && told[0].starts_with("wrong-dialect sql/001_a.sql"),
            "{statement} {told:?}"
        );
    }
}

#[test]
fn what_cannot_be_known_is_said_to_be_unknown() {
    let told = sql("DO $$ BEGIN EXECUTE 'CREATE TABLE jobs_' || my_suffix() || ' (id int)'; END $$;");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("unproven-revision sql/001_a.sql"), "{told:?}");
    // What it mentions may be there.
    let told = found(&[
        (
            "sql/001_a.sql",
            "DO $$ BEGIN EXECUTE my_function('CREATE TABLE jobs (id int)'); END $$;\nCREATE INDEX x ON jobs (id);",
        ),
        ("app.py", "db.execute('SELECT * FROM jobs')"),
    ]);
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn only_what_goes_up_runs() {
    let text = "-- migrate:up\nCREATE TABLE a (id int PRIMARY KEY);\n-- migrate:down\nDROP TABLE a;\n";
    assert_eq!(
        found(&[
            ("sql/20240101000000_a.sql", text),
            ("sql/20240102000000_b.sql", "-- migrate:up\nCREATE INDEX x ON a (id);\n")
        ]),
        [""; 0]
    );
    let told = found(&[
        ("sql/1_a.up.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("sql/1_a.down.sql", "DROP TABLE b;"),
    ]);
    assert_eq!(
        told,
        [
            "failing-operation sql/1_a.down.sql: the downgrade of `sql/1_a.up.sql` fails: table `b` does not exist"
        ]
    );
}

#[test]
fn tables_that_code_uses() {
    let create = (
        "sql/001_a.sql",
        "CREATE SCHEMA app;\nCREATE TABLE app.a (id int PRIMARY KEY);\nCREATE VIEW v AS SELECT * FROM app.a;",
    );
    let told = found(&[
        create,
        (
            "app/a.py",
            "db.execute('SELECT * FROM a JOIN v USING (id) JOIN pg_class ON true')\ndb.execute('DELETE FROM gone')\n",
        ),
        ("app/b.py", "db.execute('SELECT * FROM gone, other.place, schema_migrations')"),
        ("app/c.go", "db.Exec(`INSERT INTO app.lost (id) VALUES (1)`)"),
    ]);
    assert_eq!(
        told,
        [
            "required-table-missing app/a.py: nothing creates table `gone`, which is used in `DELETE FROM gone`",
            "required-table-missing app/c.go: nothing creates table `app.lost`, which is used in `INSERT INTO app.lost`",
        ]
    );
}

#[test]
fn a_file_that_cannot_be_read_explains_what_is_missing() {
    let root = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(root.path().join("sql")).expect("a folder");
    std::fs::write(
        root.path().join("trueup.toml"),
        "dialect = \"postgresql\"\n[sources]\nsql = [\"sql\", \"none\"]\n",
    )
    .expect("a file");
    std::fs::write(root.path().join("sql/001_a.sql"), b"CREATE TABLE a (s text DEFAULT '\xff');")
        .expect("a file");
    std::fs::write(root.path().join("sql/002_b.sql"), "CREATE INDEX x ON a (s);").expect("a file");
    std::fs::write(root.path().join("app.py"), "db.execute('SELECT * FROM a')").expect("a file");
    let (report, tables) = checked(root.path());
    let rules: Vec<_> = report.diagnostics.iter().map(|found| found.rule).collect();
    assert_eq!(rules, ["undecodable-source"]);
    assert_eq!(tables, [""; 0]);
    let message = report.failure.map(|failure| failure.message).unwrap_or_default();
    assert_eq!(message, "`[sources] sql` names `none`, and there is no such folder");
}

#[test]
fn the_order_of_the_settings_decides() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in [
        ("trueup.toml", "dialect = \"postgresql\"\n[sources]\nsql = [\"z\", \"a\"]\n"),
        ("z/001_x.sql", "CREATE TABLE x (id int PRIMARY KEY);"),
        ("a/001_y.sql", "CREATE TABLE y (id int PRIMARY KEY REFERENCES x (id));"),
    ] {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let (report, tables) = checked(root.path());
    assert_eq!(report.diagnostics, []);
    assert_eq!(tables, ["x", "y"]);
}

#[test]
fn the_example_of_several_services() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/sql-services");
    let (report, tables) = checked(&root);
    let mut found: Vec<(String, String)> = report
        .diagnostics
        .iter()
        .map(|found| {
            (found.rule.to_owned(), found.location.as_ref().map_or("", |place| &place.path).to_owned())
        })
        .collect();
    found.sort();
    let expected = [
        ("duplicate-revision-id", "services/dispatch/migrations/002_add_drivers.sql"),
        ("duplicate-table-definition", "services/dispatch/migrations/001_create_runs.sql"),
        ("lost-index", "services/dispatch/migrations/001_create_runs.sql"),
        ("missing-extension", "services/ledger/migrations/002_search_notes.sql"),
        ("required-table-missing", "services/dispatch/internal/runs/driver.go"),
        ("required-table-missing", "services/dispatch/internal/runs/store.go"),
        ("required-table-missing", "services/notify/notify/models.py"),
        ("version-gap", "services/dispatch/migrations/004_add_run_compensations.sql"),
        ("wrong-dialect", "services/ledger/migrations/001_create_event_store.sql"),
    ];
    let found: Vec<(&str, &str)> = found.iter().map(|(rule, path)| (rule.as_str(), path.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!(tables.len(), 9);
}

#[test]
fn sqlite_is_read_as_sqlite() {
    let settings = ("trueup.toml", "dialect = \"sqlite\"\n[sources]\nsql = [\"sql\"]\n");
    let told = found(&[
        settings,
        (
            "sql/001_a.sql",
            "CREATE TABLE IF NOT EXISTS Jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT);\nCREATE TRIGGER IF NOT EXISTS t AFTER INSERT ON Jobs BEGIN UPDATE Jobs SET at = 1; END;\nINSERT OR IGNORE INTO jobs (id) VALUES (1);",
        ),
        ("sql/002_b.sql", "CREATE EXTENSION citext;\nALTER TABLE jobs ALTER COLUMN at TYPE integer;"),
        ("app.py", "db.execute('SELECT * FROM jobs, sqlite_master')"),
    ]);
    assert_eq!(
        told,
        [
            "wrong-dialect sql/002_b.sql: `CREATE EXTENSION` is for PostgreSQL, but the database is SQLite",
            "wrong-dialect sql/002_b.sql: `ALTER COLUMN` is for PostgreSQL, but the database is SQLite",
        ]
    );
}

#[test]
fn what_is_lost_on_the_way_is_told() {
    let told = found(&[
        (
            "sql/001_a.sql",
            "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a (id));\nCREATE INDEX b_a_idx ON b (a);",
        ),
        ("sql/002_b.sql", "DROP INDEX b_a_idx;"),
    ]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("lost-index sql/002_b.sql: `sql/002_b.sql` drops index `b_a_idx`"),
        "{told:?}"
    );
}

#[test]
fn no_text_is_too_strange() {
    for text in [
        "",
        ";;;",
        "\u{feff}",
        "CREATE",
        "CREATE TABLE IF NOT EXISTS",
        "'",
        "$$",
        "(((",
        "-- migrate:up",
        "-- +goose Down\n-- +goose Up",
        "\\c other\n",
        "\r\n\r\nCREATE TABLE é (id int);\r\n",
    ] {
        let _ = sql(text);
    }
}
