//! What cannot be done is refused before anything happens, and says what is in the way.

use super::operations::{
    add_column, alter_type, check, drop_column, drop_constraint, drop_index, nullable, primary_key, rename,
    unique,
};
use super::*;

fn refusal(setup: &str, operations: Vec<Operation>) -> (String, String) {
    let refusal = rebuild(&Scratch::new(setup).input("t", operations)).unwrap_err();
    (refusal.message, refusal.hint.unwrap_or_default())
}

#[test]
fn columns_that_somebody_uses() {
    let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b INT, g INT AS (b + 1), CONSTRAINT ck CHECK (a < b))";
    let (message, hint) = refusal(table, vec![drop_column("a")]);
    assert_eq!(message, "column `a` of `t` cannot be dropped: CHECK constraint `ck` uses it");
    assert_eq!(hint, "drop what uses it in the same batch");
    let around = "CREATE INDEX ix ON t (id) WHERE b > 0; CREATE INDEX expr ON t (abs(b));
         CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT NEW.b; END; CREATE VIEW v AS SELECT t.b FROM t";
    let operations = vec![drop_constraint("ck"), drop_column("b")];
    let (message, hint) = refusal(&format!("{table}; {around}"), operations);
    assert_eq!(
        message,
        "column `b` of `t` cannot be dropped: each of generated column `g`, index `ix`, index `expr`, trigger `tr` and \
         view `v` uses it"
    );
    assert!(hint.ends_with("drop the views and triggers before the batch and create them again after it"));
    let (message, hint) = refusal("CREATE TABLE t (a INT, b INT, CHECK (a < b))", vec![drop_column("a")]);
    assert_eq!(message, "column `a` of `t` cannot be dropped: CHECK constraint (a < b) uses it");
    assert_eq!(hint, "restate the CHECK without the column in table_args");
    let (message, _) =
        refusal("CREATE TABLE t (a INT UNIQUE, b INT REFERENCES t (a))", vec![drop_column("a")]);
    assert_eq!(message, "column `a` of `t` cannot be dropped: foreign key (b) uses it");
}

#[test]
fn what_only_sqlite_knows_is_found_before_the_commit() {
    let table =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b INT CHECK (b > 0)); CREATE TABLE u (a INT, c INT)";
    for (around, message) in [
        ("CREATE VIEW v AS SELECT a FROM t, (SELECT c FROM u)", "view `v` reads `t`"),
        (
            "CREATE VIEW v (x, y, z) AS SELECT * FROM t; CREATE VIEW w AS SELECT x FROM v",
            "view `v` reads `t`",
        ),
        (
            "CREATE TRIGGER tr AFTER DELETE ON u BEGIN DELETE FROM t WHERE a = OLD.c; END",
            "trigger `tr` uses a column",
        ),
        ("CREATE TRIGGER tr AFTER UPDATE ON t BEGIN UPDATE t SET b = a; END", "trigger `tr` uses a column"),
    ] {
        let scratch = Scratch::new(&format!("{table}; {around}; INSERT INTO t VALUES (1, 2, 3)"));
        let before = scratch.rows("SELECT * FROM sqlite_schema");
        let done = rebuild(&scratch.input("t", vec![drop_column("a"), nullable("b", false)]));
        let error = scratch.run(&done.unwrap_or_else(|refusal| panic!("{refusal}"))).unwrap_err();
        assert!(error.starts_with(message), "{error}");
        assert_eq!(scratch.rows("SELECT * FROM sqlite_schema"), before);
    }
    // A column of another table that has the name is none of ours.
    let scratch = Scratch::new(&format!("{table}; CREATE VIEW v AS SELECT a FROM u JOIN (SELECT b FROM t)"));
    scratch.change("t", vec![drop_column("a"), nullable("b", false)]);
}

#[test]
fn constraints_and_indexes_that_nobody_has() {
    let table = "CREATE TABLE t (a INT CONSTRAINT one CHECK (a > 0), b INT UNIQUE)";
    let (message, hint) = refusal(table, vec![drop_constraint("nobody")]);
    assert_eq!(
        (message.as_str(), hint.as_str()),
        ("No such constraint: 'nobody' on `t`", "its constraints are `one`")
    );
    let (_, hint) = refusal("CREATE TABLE t (a INT UNIQUE)", vec![drop_constraint("nobody")]);
    assert_eq!(hint, "its constraints have no names: give naming_convention to the batch");
    let (message, _) = refusal(table, vec![drop_index("nothing")]);
    assert_eq!(message, "No such index: 'nothing' on `t`");
    let (message, hint) = refusal(table, vec![unique("uq", &["a", "zz"])]);
    assert_eq!((message.as_str(), hint.as_str()), ("`t` has no column `zz`", "its columns are `a`, `b`"));
}

#[test]
fn tables_that_sqlite_would_not_create() {
    let cases = [
        ("CREATE TABLE t (a TEXT) STRICT", alter_type("a", "VARCHAR(5)"), "has the type `VARCHAR(5)`"),
        ("CREATE TABLE t (a TEXT PRIMARY KEY, b INT) WITHOUT ROWID", drop_column("a"), "needs a primary key"),
        (
            "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
            alter_type("a", "BIGINT"),
            "is AUTOINCREMENT",
        ),
        ("CREATE TABLE t (a INT)", drop_column("a"), "no column of `t` is left"),
        ("CREATE TABLE t (a INT, b INT)", add_column("A INT"), "column `A` exists already in `t`"),
        ("CREATE TABLE t (a INT, b INT)", rename("a", "B"), "would have two columns `b`"),
    ];
    for (table, operation, part) in cases {
        let (message, hint) = refusal(table, vec![operation]);
        assert!(message.contains(part), "{message}");
        assert!(!hint.is_empty(), "{message}");
    }
}

#[test]
fn statements_that_do_not_fit() {
    let virtual_table = "CREATE VIRTUAL TABLE t USING fts5 (a)";
    let (message, _) = refusal(virtual_table, vec![nullable("a", false)]);
    assert!(message.starts_with("the stored statement of `t` is not understood"), "{message}");
    let scratch = Scratch::new("CREATE TABLE t (a INT)");
    let mut input = scratch.input("t", vec![nullable("a", false)]);
    input.columns.push(StoredColumn { name: "b".to_owned(), hidden: 0 });
    let refusal = rebuild(&input).unwrap_err();
    assert_eq!(refusal.message, "the stored statement of `t` does not say what SQLite says of its columns");
    let mut input = scratch.input("t", Vec::new());
    input.orders = vec![vec!["a".to_owned(), "b".to_owned()]];
    assert_eq!(rebuild(&input).unwrap_err().message, "`t` has no column `b`");
}

#[test]
fn rows_that_a_new_constraint_does_not_allow() {
    for (operation, message) in [
        (check("ck", "a > 5"), "CHECK constraint failed: ck"),
        (unique("uq", &["a"]), "UNIQUE constraint failed: _alembic_tmp_t.a"),
        (primary_key("pk", &["a"]), "UNIQUE constraint failed: _alembic_tmp_t.a"),
        (add_column("n INT NOT NULL"), "NOT NULL constraint failed: _alembic_tmp_t.n"),
    ] {
        let scratch = Scratch::new("CREATE TABLE t (a INT, b TEXT); INSERT INTO t VALUES (1, 'x'), (1, 'y')");
        let done =
            rebuild(&scratch.input("t", vec![operation])).unwrap_or_else(|refusal| panic!("{refusal}"));
        let error = scratch.run(&done).unwrap_err();
        assert!(error.starts_with(message), "{error}");
        scratch.is_sound();
        assert_eq!(scratch.rows("SELECT * FROM t"), [["1", "'x'"], ["1", "'y'"]]);
    }
    // ON CONFLICT IGNORE would leave a row out without a word.
    let table = "CREATE TABLE t (a INT, b INT, UNIQUE (a) ON CONFLICT IGNORE); INSERT INTO t VALUES (1, 1)";
    let scratch = Scratch::new(&format!("{table}, (2, 1)"));
    let mut input = scratch.input("t", vec![alter_type("a", "INTEGER")]);
    assert!(scratch.run(&rebuild(&input).unwrap_or_else(|refusal| panic!("{refusal}"))).is_ok());
    let lossy = "CREATE TABLE t (a TEXT UNIQUE ON CONFLICT IGNORE); INSERT INTO t VALUES ('x'), ('y')";
    let scratch = Scratch::new(lossy);
    input = scratch.input("t", vec![alter_type("a", "INTEGER")]);
    let done = rebuild(&input).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert!(scratch.run(&done).unwrap_err().starts_with("not every row of `t` went into the new table"));
}
