//! `diff`: two sources, the operations between them, and SQL that servers take.

use serde_json::Value;
use trueup_testkit::postgres::Postgres;
use trueup_testkit::project::Project;
use trueup_testkit::sqlite;

use crate::program::{Run, root, trueup, trueup_in};

const BEFORE: &str = "
CREATE TABLE author (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL ON CONFLICT IGNORE, born INTEGER);
CREATE TABLE book (
    id INTEGER PRIMARY KEY,
    title varchar(50) COLLATE NOCASE, -- as printed
    author_id integer REFERENCES author (id),
    price numeric DEFAULT 0
);
CREATE INDEX ix_book_title ON book (title DESC);
CREATE TABLE old (id INTEGER PRIMARY KEY);
CREATE VIEW titles AS SELECT title FROM book;
CREATE TRIGGER book_touch AFTER UPDATE ON book BEGIN SELECT 1; END;
";

const AFTER: &str = "
CREATE TABLE author (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, born INTEGER, city TEXT);
CREATE TABLE book (
    id INTEGER PRIMARY KEY,
    title varchar(80) COLLATE NOCASE NOT NULL,
    author_id integer REFERENCES author (id) ON DELETE CASCADE,
    pages integer DEFAULT 1 NOT NULL,
    CONSTRAINT few CHECK (pages < 5000)
);
CREATE UNIQUE INDEX uq_book_title ON book (title, author_id);
CREATE TABLE shelf (id INTEGER PRIMARY KEY, book_id integer NOT NULL REFERENCES book (id));
CREATE VIEW titles AS SELECT title, pages FROM book;
";

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr))
}

fn in_(project: &Project, arguments: &[&str]) -> Run {
    trueup_in(project.path(), arguments)
}

#[test]
fn an_example_has_no_difference() {
    let run = trueup(&["-C", "examples/healthy-sqlite", "diff", "revisions", "models", "--exit-code"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(run.stdout, "no difference between the revisions at b4f06d93ce18 and the models\n");
}

#[test]
fn operations_are_grouped_by_table_with_what_they_lose() {
    let project = Project::new().file("a.sql", "CREATE TABLE t (id int PRIMARY KEY, n text, gone int);").file(
        "b.sql",
        "CREATE TABLE t (id int PRIMARY KEY, n varchar(20) NOT NULL, made timestamptz DEFAULT now());\nCREATE INDEX ix_n ON t (n);",
    );
    let run = in_(&project, &["--dialect", "postgresql", "diff", "sql:a.sql", "sql:b.sql", "--exit-code"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(
        run.stdout,
        "from the SQL of a.sql
to   the SQL of b.sql

t
  - column  gone  integer
      its values are lost
      a way back restores the schema, not the data
  ~ column  n     text → character varying(20), not null
      longer values do not fit
      refused where it is NULL
      a way back restores the schema, not the data
  + column  made  timestamp with time zone default current_timestamp
  + index   ix_n  (n)

4 operations, 2 lose data
"
    );
    let quiet = in_(&project, &["--dialect", "postgresql", "diff", "sql:a.sql", "sql:b.sql", "-q"]);
    assert_eq!((quiet.code, quiet.stdout.starts_with("t\n  - column")), (0, true), "{}", quiet.stdout);
}

#[test]
fn sql_makes_an_sqlite_database_what_it_is_to_become() {
    let project = Project::new().file("before.sql", BEFORE).file("after.sql", AFTER);
    let file = project.path().join("app.db");
    sqlite::execute(&file, BEFORE);
    sqlite::execute(
        &file,
        "INSERT INTO author VALUES (7, 'Lem', 1921); INSERT INTO book VALUES (3, 'Solaris', 7, 9.5);",
    );
    let sides = ["diff", "database:sqlite:///app.db", "sql:after.sql"];
    let sql = in_(&project, &[&sides[..], &["--sql"]].concat());
    assert_eq!((sql.code, sql.stderr.as_str()), (0, ""), "{}", sql.stdout);
    sqlite::execute(&file, &sql.stdout);
    let again = in_(&project, &[&sides[..], &["--exit-code"]].concat());
    assert_eq!(again.code, 0, "{}\n{}", again.stdout, sql.stdout);
    // What nobody changes stays, rows above all.
    let rows = sqlite::query(&file, "SELECT title, author_id, pages FROM book");
    assert_eq!(rows, [["Solaris", "7", "1"]]);
    assert!(sqlite::query(&file, "PRAGMA foreign_key_check").is_empty());
    let author = sqlite::query(&file, "SELECT sql FROM sqlite_schema WHERE name = 'author'");
    assert!(author[0][0].contains("ON CONFLICT IGNORE"), "{author:?}");
    let left = sqlite::query(&file, "SELECT name FROM sqlite_schema WHERE name LIKE '%tmp%'");
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn sql_needs_no_database_to_rebuild_an_sqlite_table() {
    let project = Project::new().file("before.sql", BEFORE).file("after.sql", AFTER);
    let way = |from: &str, to: &str, start: &str, name: &str| {
        let file = project.path().join(name);
        sqlite::execute(&file, start);
        let sql = in_(&project, &["--dialect", "sqlite", "diff", from, to, "--sql"]);
        assert_eq!(sql.code, 0, "{}", sql.stderr);
        sqlite::execute(&file, &sql.stdout);
        let again = in_(&project, &["diff", &format!("database:sqlite:///{name}"), to, "--exit-code"]);
        assert_eq!(again.code, 0, "{}\n{}", again.stdout, sql.stdout);
    };
    way("sql:before.sql", "sql:after.sql", BEFORE, "there.db");
    way("sql:after.sql", "sql:before.sql", AFTER, "back.db");
}

#[test]
fn sql_makes_a_postgresql_database_what_it_is_to_become() {
    let before = "
CREATE TYPE mood AS ENUM ('new', 'open');
CREATE TABLE author (id serial PRIMARY KEY, name text NOT NULL, mood mood DEFAULT 'new');
CREATE TABLE book (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title varchar(50), author_id int REFERENCES author);
CREATE VIEW titles AS SELECT title FROM book;
";
    let after = "
CREATE SCHEMA audit;
CREATE TYPE mood AS ENUM ('new', 'open', 'paid');
CREATE TABLE author (id serial PRIMARY KEY, name varchar(80) NOT NULL, mood mood DEFAULT 'paid', email text UNIQUE);
CREATE TABLE book (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL,
    author_id int REFERENCES author ON DELETE CASCADE, pages int CHECK (pages > 0));
CREATE INDEX ix_book_title ON book (lower(title)) WHERE pages > 10;
CREATE TABLE audit.log (at timestamptz DEFAULT now(), what jsonb);
COMMENT ON TABLE audit.log IS 'it''s all here';
CREATE VIEW titles AS SELECT title, pages FROM book;
";
    let project = Project::new().file("after.sql", after);
    let database = Postgres::shared().scratch_database();
    database.execute(before);
    let from = format!("database:{}", database.url());
    let found = json(&in_(&project, &["diff", &from, "sql:after.sql", "--format", "json"]));
    assert_eq!(found["dialect"], "postgresql");
    let steps = found["steps"].as_array().expect("steps");
    let label =
        steps.iter().find(|step| step["operations"][0]["operation"] == "add_enum_label").expect("a label");
    assert_eq!(label["sql"][0]["outside_transaction"], true);
    assert_eq!(label["operations"][0]["undo"], "full", "{label}");
    for statement in steps.iter().flat_map(|step| step["sql"].as_array().expect("sql")) {
        database.execute(statement["text"].as_str().expect("a text"));
    }
    let again = in_(&project, &["diff", &from, "sql:after.sql", "--exit-code"]);
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
}

#[test]
fn statements_outside_of_transactions_are_marked() {
    let project = Project::new()
        .file("a.sql", "CREATE TYPE m AS ENUM ('a'); CREATE TABLE t (id int, gone int);")
        .file("b.sql", "CREATE TYPE m AS ENUM ('a', 'b'); CREATE TABLE t (id int, n m DEFAULT 'b');");
    let run = in_(&project, &["--dialect", "postgresql", "diff", "sql:a.sql", "sql:b.sql", "--sql"]);
    assert_eq!(
        run.stdout,
        "-- from the SQL of a.sql
-- to the SQL of b.sql

-- outside of a transaction
ALTER TYPE m ADD VALUE 'b';

BEGIN;

ALTER TABLE t DROP COLUMN gone;

ALTER TABLE t ADD COLUMN n m DEFAULT 'b';

COMMIT;
"
    );
}

#[test]
fn a_history_is_compared_at_any_revision_with_a_database() {
    let project = crate::running::project(&[
        (
            "a1",
            "None",
            "op.create_table('t', sa.Column('id', sa.Integer, primary_key=True))",
            "op.drop_table('t')",
        ),
        ("b2", "'a1'", "op.add_column('t', sa.Column('n', sa.String(20)))", "op.drop_column('t', 'n')"),
    ]);
    assert_eq!(in_(&project, &["upgrade", "a1"]).code, 0);
    let same = in_(&project, &["diff", "database", "revisions@a1", "--exit-code"]);
    assert_eq!(same.code, 0, "{}", same.stdout);
    let ahead = in_(&project, &["diff", "database", "revisions", "--exit-code", "-q"]);
    assert_eq!((ahead.code, ahead.stdout.as_str()), (1, "t\n  + column  n  VARCHAR(20)\n"));
    let nothing = in_(&project, &["diff", "database", "revisions@zz"]);
    assert_eq!(nothing.code, 2, "{}", nothing.stderr);
}

#[test]
fn sql_folders_of_every_runner_are_sources() {
    let wanted = "CREATE TABLE t (id int, n int);";
    let layouts: [(&str, &[(&str, &str)]); 5] = [
        ("numbered", &[("001_a.sql", "CREATE TABLE t (id int);"), ("002_b.sql", "ALTER TABLE t ADD n int;")]),
        (
            "flyway",
            &[
                ("V1__a.sql", "CREATE TABLE t (id int);"),
                ("V1.1__b.sql", "ALTER TABLE t ADD n int;"),
                ("U1.1__b.sql", "DROP TABLE t;"),
            ],
        ),
        (
            "dbmate",
            &[(
                "20240101000000_a.sql",
                "-- migrate:up\nCREATE TABLE t (id int, n int);\n-- migrate:down\nDROP TABLE t;",
            )],
        ),
        ("migrate", &[("1_a.up.sql", "CREATE TABLE t (id int, n int);"), ("1_a.down.sql", "DROP TABLE t;")]),
        (
            "psql",
            &[
                ("001_all.sql", "\\ir parts/a.inc\nCOPY t FROM stdin;\n1\n2\n\\.\nALTER TABLE t ADD n int;"),
                ("parts/a.inc", "CREATE TABLE t (id int);"),
            ],
        ),
    ];
    for (layout, files) in layouts {
        let project = Project::new().file("wanted.sql", wanted);
        let project = files
            .iter()
            .fold(project, |project, (name, text)| project.file(&format!("{layout}/{name}"), text));
        let source = format!("sql:{layout}");
        let run =
            in_(&project, &["--dialect", "postgresql", "diff", &source, "sql:wanted.sql", "--exit-code"]);
        assert_eq!(run.code, 0, "{layout}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.stderr.contains("the rows of COPY are not read"), layout == "psql", "{}", run.stderr);
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place_and_what_to_do() {
    let project = Project::new()
        .file("bad.sql", "CREATE TABLE a (id int);\n\nALTER TABLE b ADD c int;\n")
        .file("include.sql", "SELECT 1;\n\\i missing.sql\n")
        .file("ok.sql", "CREATE TABLE a (id int);");
    let told = |source: &str| {
        let run = in_(&project, &["--dialect", "postgresql", "diff", source, "sql:ok.sql"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        run.stderr
    };
    let error = told("sql:bad.sql");
    assert!(error.contains("table `b` does not exist") && error.contains("--> bad.sql:3"), "{error}");
    assert!(error.contains("hint:"), "{error}");
    let error = told("sql:include.sql");
    assert!(
        error.contains("`include.sql` reads `missing.sql`") && error.contains("--> include.sql:2"),
        "{error}"
    );
    assert!(told("sql:nowhere").contains("`nowhere` is no folder and no file"));
    assert!(told("models").contains("no project found"));
    let error = told("schema.sql");
    for form in ["models", "revisions[@REV]", "database[:URL]", "sql:PATH", "snapshot:FILE"] {
        assert!(error.contains(form), "{error}");
    }
    assert!(error.contains("hint: write an SQL file as `sql:schema.sql`"), "{error}");
}

#[test]
fn two_kinds_of_database_are_not_compared() {
    let project = Project::new().file("ok.sql", "CREATE TABLE a (id int);");
    sqlite::execute(&project.path().join("a.db"), "CREATE TABLE a (id int)");
    for (dialect, name) in [("sqlite", "lite"), ("postgresql", "post")] {
        let run = in_(&project, &["--dialect", dialect, "snapshot", "sql:ok.sql", "-o", name]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let run = in_(&project, &["diff", "snapshot:post", "snapshot:lite"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("the snapshot post is for PostgreSQL, the snapshot lite is for SQLite"),
        "{}",
        run.stderr
    );
    let run = in_(&project, &["diff", "sql:ok.sql", "database:sqlite:///a.db", "--exit-code"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let run = in_(&project, &["diff", "sql:ok.sql", "sql:ok.sql"]);
    assert!(run.code == 2 && run.stderr.contains("say `--dialect postgresql`"), "{}", run.stderr);
}

#[test]
fn python_is_a_revision_that_leads_there_and_back() {
    let run =
        trueup(&["-C", "examples/unregistered-models", "diff", "revisions@base", "revisions", "--python"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (up, down) = run.stdout.split_once("\ndef downgrade() -> None:\n").expect("there are both functions");
    assert!(up.starts_with("from alembic import op\nimport sqlalchemy as sa\n"), "{up}");
    assert!(up.contains("\ndef upgrade() -> None:\n") && up.contains("op.create_table("), "{up}");
    assert!(down.contains("op.drop_table("), "{down}");
    let nothing = trueup(&["-C", "examples/healthy-sqlite", "diff", "revisions", "revisions", "--python"]);
    assert_eq!(nothing.stdout.matches("    pass\n").count(), 2, "{}", nothing.stdout);
}

#[test]
fn every_example_tells_a_difference_or_why_not() {
    for name in ["healthy-sqlite", "index-trouble", "unregistered-models", "broken-chain"] {
        let folder = root().join("examples").join(name);
        let run = trueup_in(&folder, &["diff", "revisions", "models"]);
        assert!(run.code == 0 || !run.stderr.is_empty(), "{name}: {run:?}");
    }
}
