//! Kinds of tables, names and batches beside the one that has everything.

use trueup_schema::naming::{Convention, ConventionKind};
use trueup_schema::ops::{AlterTable, RenameConstraint, TableChange};
use trueup_schema::{Check, Dialect, ObjectName, Operation, SqlExpr, Table};
use trueup_sql::ColumnPosition;

use super::operations::{
    add_column, alter_type, check, default, drop_column, drop_constraint, drop_index, foreign_key, nullable,
    primary_key, rename, rename_table, sql, unique,
};
use super::*;

fn option(change: TableChange) -> Operation {
    AlterTable { table: "t".into(), change }.into()
}

#[test]
fn strict_tables_stay_strict() {
    let scratch = Scratch::new(
        "CREATE TABLE t (a INT, b ANY, c TEXT) STRICT; INSERT INTO t VALUES (1, '01', 'x'), (2, 3.5, NULL)",
    );
    let rows = scratch.rows("SELECT b, typeof(b), c FROM t");
    scratch.change("t", vec![drop_column("a"), nullable("b", false), alter_type("c", "BLOB")]);
    assert_eq!(scratch.texts("SELECT typeof(c) FROM t"), ["'blob'", "'null'"]);
    assert_eq!(scratch.text("t"), "CREATE TABLE \"t\" (b ANY NOT NULL, c BLOB) STRICT");
    assert_eq!(scratch.rows("SELECT b, typeof(b), CAST(c AS TEXT) FROM t"), rows);
    scratch.change("t", vec![option(TableChange::Strict(false))]);
    assert_eq!(scratch.text("t"), "CREATE TABLE \"t\" (b ANY NOT NULL, c BLOB)");
}

#[test]
fn tables_without_row_numbers() {
    let scratch = Scratch::new(
        "CREATE TABLE t (a TEXT, b INT, c INT, PRIMARY KEY (b DESC, a COLLATE NOCASE)) STRICT, WITHOUT ROWID;
         INSERT INTO t VALUES ('x', 1, 5), ('y', 1, 6)",
    );
    let rows = scratch.rows("SELECT a, b FROM t");
    scratch.change("t", vec![drop_column("c"), nullable("a", false)]);
    let key = "PRIMARY KEY (b DESC, a COLLATE NOCASE)) STRICT, WITHOUT ROWID";
    assert_eq!(scratch.text("t"), format!("CREATE TABLE \"t\" (a TEXT NOT NULL, b INT, {key}"));
    assert_eq!(scratch.rows("SELECT a, b FROM t"), rows);
    scratch.change("t", vec![option(TableChange::WithoutRowid(false))]);
    assert!(scratch.text("t").ends_with(") STRICT"));
    scratch.change("t", vec![option(TableChange::WithoutRowid(true)), option(TableChange::Strict(false))]);
    assert!(scratch.text("t").ends_with(") WITHOUT ROWID"));
    assert_eq!(scratch.rows("SELECT a, b FROM t"), rows);
}

#[test]
fn row_numbers_that_no_column_shows_are_kept() {
    let scratch = Scratch::new(
        "CREATE TABLE t (rowid TEXT, a INT); INSERT INTO t (_rowid_, rowid, a) VALUES (7, 'x', 1), (3, 'y', 2);
         CREATE VIRTUAL TABLE words USING fts5 (rowid_text, content = '')",
    );
    let rows = scratch.rows("SELECT _rowid_, rowid, a FROM t");
    scratch.change("t", vec![nullable("a", false)]);
    assert_eq!(scratch.rows("SELECT _rowid_, rowid, a FROM t"), rows);
    // A new key takes the numbers over.
    scratch.change("t", vec![add_column("id INTEGER"), primary_key("pk", &["id"])]);
    assert_eq!(scratch.rows("SELECT id, rowid, a FROM t"), rows);
    // And a key that goes leaves them.
    scratch.change("t", vec![drop_constraint("pk")]);
    assert_eq!(scratch.rows("SELECT _rowid_, rowid, a FROM t"), rows);
}

#[test]
fn values_are_cast_where_the_affinity_changes() {
    let scratch = Scratch::new(
        "CREATE TABLE t (a TEXT, b TEXT, c INTEGER, d REAL, e);
         INSERT INTO t VALUES ('12', '2020-01-02', 5, 1.0, 'x'), ('1.5', '7', NULL, 2.25, 3)",
    );
    let operations = vec![
        alter_type("a", "INTEGER"),
        alter_type("b", "DATETIME"),
        alter_type("c", "VARCHAR(5)"),
        alter_type("d", "TEXT"),
        alter_type("e", "TEXT"),
    ];
    let done = scratch.change("t", operations);
    let expected = [["12", "'2020-01-02'", "'5'", "'1.0'", "'x'"], ["1", "7", "NULL", "'2.25'", "'3'"]];
    assert_eq!(scratch.rows("SELECT * FROM t"), expected);
    let lossy: Vec<&str> = done.losses.iter().map(|check| check.sql.as_str()).collect();
    assert_eq!(lossy[0], "SELECT \"a\" FROM \"t\" WHERE CAST(\"a\" AS INTEGER) <> \"a\"");
    let before =
        Scratch::new("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('12'), (' 7'), ('1.5'), ('x'), (NULL)");
    assert_eq!(before.texts(lossy[0]), ["'1.5'", "'x'"]);
}

#[test]
fn renames_in_a_circle_and_names_that_are_used_again() {
    let scratch = Scratch::new(
        "CREATE TABLE t (a INT, b INT, c INT AS (a + 10)); CREATE INDEX ix ON t (a);
         CREATE VIEW v AS SELECT a AS old_a FROM t; INSERT INTO t VALUES (1, 2)",
    );
    scratch.change("t", vec![rename("a", "b"), rename("b", "a")]);
    assert_eq!(scratch.rows("SELECT b, a, c FROM t"), [["1", "2", "11"]]);
    assert_eq!(scratch.texts("SELECT old_a FROM v"), ["1"]);
    let done = scratch
        .change("t", vec![rename("a", "z"), add_column("a INT DEFAULT 9"), check("ck", "a > z + c - 11")]);
    assert_eq!(done.method, RebuildMethod::Copy);
    assert_eq!(scratch.rows("SELECT b, z, c, a FROM t"), [["1", "2", "11", "9"]]);
    assert!(scratch.text("t").contains("CHECK (\"a\" > \"z\" + c - 11)"), "{}", scratch.text("t"));
    let plain = vec![rename("a", "y"), add_column("a INT DEFAULT 8")];
    assert_eq!(scratch.change("t", plain).method, RebuildMethod::Alter);
    assert_eq!(scratch.rows("SELECT z, y, a FROM t"), [["2", "9", "8"]]);
}

#[test]
fn a_batch_calls_columns_by_their_old_names() {
    let scratch = Scratch::new("CREATE TABLE t (a INT, b INT); INSERT INTO t VALUES (1, 2)");
    let mut operations = vec![rename("a", "x"), unique("uq", &["a", "b"]), nullable("a", false)];
    operations.extend(sql("CREATE INDEX ix ON t (a DESC)"));
    operations.push(foreign_key("fk", &["a"], "t", &["a"]));
    let error = rebuild(&scratch.input("t", vec![rename("a", "b")])).unwrap_err();
    assert_eq!(error.message, "`t` would have two columns `b`");
    let before = Scratch::new("CREATE TABLE t (a INT UNIQUE, b INT); INSERT INTO t VALUES (1, 2)");
    before.change("t", operations);
    assert_eq!(before.text("ix"), "CREATE INDEX \"ix\" ON \"t\" (\"x\" DESC)");
    let text = before.text("t");
    assert!(text.contains("\"x\" INT NOT NULL UNIQUE"), "{text}");
    assert!(text.contains("FOREIGN KEY (\"x\") REFERENCES \"t\" (\"x\")"), "{text}");
}

#[test]
fn tables_of_attached_databases() {
    let scratch = Scratch::new(
        "ATTACH ':memory:' AS other; CREATE TABLE t (a); CREATE TABLE other.t (id INTEGER PRIMARY KEY, a INT, b INT);
         CREATE INDEX other.ix ON t (a); CREATE TRIGGER other.tr AFTER INSERT ON t BEGIN SELECT 1; END;
         INSERT INTO other.t VALUES (1, 2, 3)",
    );
    let columns = ["id", "a", "b"].map(|name| StoredColumn { name: name.to_owned(), hidden: 0 }).to_vec();
    let text = |name: &str| {
        let sql = format!("SELECT sql FROM other.sqlite_schema WHERE name = '{name}'");
        scratch.0.query_row(&sql, [], |row| row.get::<_, String>(0)).unwrap_or_else(|error| panic!("{error}"))
    };
    let table = ObjectName { namespace: Some("other".to_owned()), name: "t".to_owned() };
    let mut input = RebuildInput::new(table.clone(), text("t"), columns);
    input.indexes = vec![Stored { name: "ix".to_owned(), sql: text("ix") }];
    input.triggers = vec![Stored { name: "tr".to_owned(), sql: text("tr") }];
    let Operation::AlterColumn(mut op) = nullable("b", false) else { panic!("it is another operation") };
    op.table = table;
    input.operations = vec![op.into()];
    let before = (text("ix"), text("tr"));
    let done = rebuild(&input).unwrap_or_else(|refusal| panic!("{refusal}"));
    scratch.run(&done).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((text("ix"), text("tr")), before);
    assert!(text("t").contains("b INT NOT NULL"));
    assert_eq!(scratch.rows("SELECT * FROM other.t"), [["1", "2", "3"]]);
    assert_eq!(scratch.text("t"), "CREATE TABLE t (a)");
}

#[test]
fn names_by_convention() {
    let scratch = Scratch::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (id INTEGER PRIMARY KEY, a INT UNIQUE REFERENCES p (id), b INT, FOREIGN KEY (b) REFERENCES p (id))",
    );
    let mut input = scratch.input("t", vec![drop_constraint("fk_t_b_p")]);
    input.naming_convention = Some(Convention::new([
        (
            ConventionKind::ForeignKey,
            "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s".to_owned(),
        ),
        (ConventionKind::Unique, "uq_%(table_name)s_%(column_0_name)s".to_owned()),
        (ConventionKind::PrimaryKey, "pk_%(table_name)s".to_owned()),
    ]));
    scratch.change_with(&input);
    assert_eq!(
        scratch.text("t"),
        "CREATE TABLE \"t\" (id INTEGER CONSTRAINT \"pk_t\" PRIMARY KEY, a INT CONSTRAINT \"uq_t_a\" UNIQUE CONSTRAINT \
         \"fk_t_a_p\" REFERENCES p (id), b INT)"
    );
}

#[test]
fn restated_checks_take_the_place_of_unnamed_ones() {
    let scratch = Scratch::new(
        "CREATE TABLE t (a INT CHECK (a > 0), b TEXT, CHECK (b IN ('x', 'y')), CONSTRAINT c CHECK (1))",
    );
    let mut input = scratch.input("t", Vec::new());
    let mut extra = Table::new("t".into());
    for condition in ["b IN ('x', 'y', 'z')", "a>0"] {
        extra.checks.push(Check::new(None, SqlExpr::new(Dialect::Sqlite, condition)));
    }
    input.extra = Some(extra);
    let done = scratch.change_with(&input);
    assert_eq!(done.notices.len(), 1, "{:?}", done.notices);
    assert!(done.notices[0].contains("CHECK constraint (b IN ('x', 'y'))"));
    assert_eq!(
        scratch.text("t"),
        "CREATE TABLE \"t\" (a INT, b TEXT, CONSTRAINT c CHECK (1), CHECK (b IN ('x', 'y', 'z')), CHECK (a>0))"
    );
}

#[test]
fn the_check_of_an_enum_goes_with_its_type() {
    let table =
        "CREATE TABLE t (a INT, state VARCHAR(4) NOT NULL, CHECK (state IN ('new', 'done')), CHECK (a > 0))";
    let scratch = Scratch::new(&format!("{table}; INSERT INTO t VALUES (1, 'new')"));
    let done = scratch.change("t", vec![alter_type("state", "VARCHAR(9)")]);
    assert_eq!(done.notices.len(), 1);
    assert_eq!(scratch.text("t"), "CREATE TABLE \"t\" (a INT, state VARCHAR(9) NOT NULL, CHECK (a > 0))");
    let scratch = Scratch::new(&format!("{table}; INSERT INTO t VALUES (1, 'new')"));
    scratch.change("t", vec![drop_column("state")]);
    assert_eq!(scratch.text("t"), "CREATE TABLE \"t\" (a INT, CHECK (a > 0))");
}

#[test]
fn what_goes_with_a_column() {
    let scratch = Scratch::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (a INT, b INT, c INT REFERENCES p, d INT, PRIMARY KEY (a, d), UNIQUE (b, d), FOREIGN KEY (d) REFERENCES p);
         INSERT INTO t VALUES (1, 2, NULL, NULL)",
    );
    let done = scratch.change("t", vec![drop_column("d")]);
    assert_eq!(done.notices.len(), 3, "{:?}", done.notices);
    assert_eq!(scratch.text("t"), "CREATE TABLE \"t\" (a INT, b INT, c INT REFERENCES p, PRIMARY KEY (a))");
    let done = scratch.change("t", vec![drop_column("c")]);
    assert_eq!(done.method, RebuildMethod::Alter);
    assert_eq!(scratch.rows("SELECT * FROM t"), [["1", "2"]]);
}

#[test]
fn a_column_is_dropped_and_added_again() {
    let scratch =
        Scratch::new("CREATE TABLE t (a INT, b INT); CREATE INDEX ix ON t (b); INSERT INTO t VALUES (1, 2)");
    scratch.change("t", vec![drop_column("b"), add_column("b TEXT DEFAULT 'new'")]);
    assert_eq!(scratch.rows("SELECT * FROM t"), [["1", "'new'"]]);
    assert_eq!(scratch.text("ix"), "CREATE INDEX ix ON t (b)");
}

#[test]
fn places_of_new_columns() {
    let scratch = Scratch::new("CREATE TABLE t (a INT, -- first\n b INT); INSERT INTO t VALUES (1, 2)");
    let mut input = scratch.input("t", vec![add_column("x INT"), add_column("y INT DEFAULT 5")]);
    let position = |column: &str, before: Option<&str>, after: Option<&str>| ColumnPosition {
        column: column.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    input.positions = vec![position("x", Some("a"), None), position("y", None, Some("a"))];
    scratch.change_with(&input);
    assert_eq!(scratch.rows("SELECT * FROM t"), [["NULL", "1", "5", "2"]]);
    assert!(scratch.text("t").contains("a INT, -- first\n"), "{}", scratch.text("t"));
}

#[test]
fn a_leftover_is_told_and_stays() {
    let scratch = Scratch::new(
        "CREATE TABLE t (a INT); CREATE TABLE _alembic_tmp_t (a INT); INSERT INTO _alembic_tmp_t VALUES (1)",
    );
    let input = scratch.input("t", vec![nullable("a", false)]);
    let done = rebuild(&input).unwrap_or_else(|refusal| panic!("{refusal}"));
    scratch.run(&done).unwrap_or_else(|error| panic!("{error}"));
    assert!(done.notices[0].starts_with("`_alembic_tmp_t` is left from a change of `t` that failed"));
    assert_eq!(scratch.texts("SELECT a FROM _alembic_tmp_t"), ["1"]);
    assert_eq!(scratch.text("t"), "CREATE TABLE \"t\" (a INT NOT NULL)");
}

#[test]
fn the_table_and_a_constraint_are_renamed() {
    let scratch = Scratch::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT CONSTRAINT [old ck] CHECK (a > 0), up INT REFERENCES t (id));
         CREATE TABLE child (t_id INT REFERENCES t (id)); CREATE VIEW v AS SELECT a FROM t;
         INSERT INTO t VALUES (1, 2, 1); INSERT INTO child VALUES (1)",
    );
    let constraint =
        RenameConstraint { table: "t".into(), name: "old ck".to_owned(), new_name: "ck".to_owned() };
    let done = scratch.change("t", vec![constraint.into(), rename_table("u")]);
    assert_eq!(done.method, RebuildMethod::Copy);
    let text = scratch.text("u");
    assert!(text.contains("CONSTRAINT \"ck\" CHECK (a > 0), up INT REFERENCES \"u\" (id)"), "{text}");
    assert_eq!(scratch.text("child"), "CREATE TABLE child (t_id INT REFERENCES \"u\" (id))");
    assert_eq!(scratch.texts("SELECT a FROM v"), ["2"]);
}

#[test]
fn what_was_wrong_before_does_not_stand_in_the_way() {
    let scratch = Scratch::new(
        "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (id INTEGER PRIMARY KEY, a INT REFERENCES p (id), b INT);
         CREATE VIEW broken AS SELECT nope FROM t; CREATE VIEW w AS SELECT * FROM broken;
         INSERT INTO t VALUES (1, 77, 1)",
    );
    let done = rebuild(&scratch.input("t", vec![nullable("b", false)]))
        .unwrap_or_else(|refusal| panic!("{refusal}"));
    assert!(done.before.is_empty());
    scratch.run(&done).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(scratch.rows("SELECT * FROM t"), [["1", "77", "1"]]);
    // What a batch itself breaks does.
    let done = rebuild(&scratch.input("t", vec![foreign_key("fk", &["b"], "p", &["id"])]));
    let error = scratch.run(&done.unwrap_or_else(|refusal| panic!("{refusal}"))).unwrap_err();
    assert_eq!(error, "rows are left that refer to nothing, by a foreign key of or to `t`");
}

#[test]
fn generated_columns_become_plain_and_plain_ones_generated() {
    let scratch = Scratch::new(
        "CREATE TABLE t (a INT, b INT AS (a * 2) STORED, c INT DEFAULT 3); INSERT INTO t (a) VALUES (4)",
    );
    let generated = |column: &str, definition: &str| {
        let Operation::AddColumn(op) = add_column(definition) else { panic!("it is another operation") };
        trueup_schema::ops::AlterColumn {
            generated: Some(op.column.generated),
            ..trueup_schema::ops::AlterColumn::new("t".into(), column)
        }
    };
    scratch
        .change("t", vec![generated("b", "b INT").into(), generated("c", "c INT AS (b + 1) VIRTUAL").into()]);
    assert_eq!(scratch.rows("SELECT * FROM t"), [["4", "8", "9"]]);
    assert_eq!(
        scratch.text("t"),
        "CREATE TABLE \"t\" (a INT, b INT, c INT GENERATED ALWAYS AS (b + 1) VIRTUAL)"
    );
}

#[test]
fn indexes_and_triggers_change_too() {
    let scratch = Scratch::new(
        "CREATE TABLE t (a INT, b INT); CREATE INDEX ix ON t (a); CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END",
    );
    let mut operations = vec![drop_index("ix"), nullable("b", false), default("b", Some("0"))];
    operations.extend(sql("CREATE UNIQUE INDEX ix_b ON t (b) WHERE a > 0; DROP TRIGGER tr"));
    operations.extend(sql("CREATE TRIGGER tr2 AFTER DELETE ON t BEGIN SELECT 2; END"));
    scratch.change("t", operations);
    assert_eq!(scratch.texts("SELECT name FROM sqlite_schema ORDER BY name"), ["'ix_b'", "'t'", "'tr2'"]);
}

#[test]
fn a_foreign_key_takes_its_words_along() {
    let scratch = Scratch::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (a INT CONSTRAINT k REFERENCES p ON DELETE SET NULL NOT NULL DEFERRABLE INITIALLY DEFERRED)",
    );
    scratch.change("t", vec![drop_constraint("k")]);
    assert_eq!(scratch.text("t"), "CREATE TABLE \"t\" (a INT NOT NULL)");
}
