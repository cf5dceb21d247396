//! Rebuilds as text: what the new table's statement looks like, and that no stored text makes the function panic.
//!
//! What SQLite makes of the statements is tested where there is one, in `trueup-db`.

use trueup_schema::ops::{AlterColumn, CreateTable, DropColumn, DropConstraint, RenameColumn};
use trueup_schema::{ColumnType, Dialect, Operation};
use trueup_sql::{
    ReadContext, RebuildInput, RebuildMethod, RebuildStep, Stored, StoredColumn, read, rebuild,
};

/// Returns the input for a stored text, with the columns that the reader finds in it.
fn input(sql: &str, operations: Vec<Operation>) -> RebuildInput {
    let result = read(Dialect::Sqlite, sql, &ReadContext::default());
    let created = result.statements.into_iter().flat_map(|statement| statement.operations).next();
    let columns = match created {
        Some(Operation::CreateTable(CreateTable { table, .. })) => table.columns,
        _ => Vec::new(),
    };
    let columns = columns.into_iter().map(|column| StoredColumn {
        hidden: if column.generated.is_some() { 2 } else { 0 },
        name: column.name,
    });
    RebuildInput { operations, ..RebuildInput::new("t".into(), sql, columns.collect()) }
}

fn drop_column(name: &str) -> Operation {
    DropColumn { table: "t".into(), column: name.to_owned(), if_exists: false, cascade: true }.into()
}

fn not_null(name: &str) -> Operation {
    AlterColumn { nullable: Some(false), ..AlterColumn::new("t".into(), name) }.into()
}

fn drop_constraint(name: &str) -> Operation {
    let name = Some(name.to_owned());
    let (kind, columns) = (None, Vec::new());
    DropConstraint { table: "t".into(), name, kind, columns, if_exists: false, cascade: false }.into()
}

/// Returns the statement that creates the copy, under the table's own name.
fn created(sql: &str, operations: Vec<Operation>) -> String {
    let done = rebuild(&input(sql, operations)).unwrap_or_else(|refusal| panic!("{refusal}\n{sql}"));
    assert_eq!(done.method, RebuildMethod::Copy, "{sql}");
    let first = done.statements().next().unwrap_or_default();
    first.replacen("\"_alembic_tmp_t\"", "t", 1)
}

#[test]
fn comments_stay_with_what_they_are_about() {
    let table = "CREATE TABLE t ( -- people\n  -- the key\n  a INT, -- never given twice\n  /* shown */\n  b INT, c INT -- last\n)";
    let without = |column: &str, other: &str| created(table, vec![drop_column(column), not_null(other)]);
    assert_eq!(
        without("a", "b"),
        "CREATE TABLE t ( -- people\n  /* shown */\n  b INT NOT NULL, c INT -- last\n)"
    );
    assert_eq!(
        without("b", "c"),
        "CREATE TABLE t ( -- people\n  -- the key\n  a INT, -- never given twice\n c INT NOT NULL -- last\n)"
    );
    assert_eq!(
        without("c", "a"),
        "CREATE TABLE t ( -- people\n  -- the key\n  a INT NOT NULL, -- never given twice\n  /* shown */\n  b INT\n)"
    );
}

#[test]
fn commas_may_stand_before_or_be_missing() {
    let table = "CREATE TABLE t (\n  a INT -- first\n  , b INT -- second\n  , c INT\n  , CHECK (a > 0) CONSTRAINT k CHECK (b > 0) UNIQUE (c)\n)";
    assert_eq!(created(table, vec![not_null("b")]), table.replace("b INT", "b INT NOT NULL"));
    assert_eq!(
        created(table, vec![drop_constraint("k")]),
        table.replace(" CONSTRAINT k CHECK (b > 0) UNIQUE (c)", ", UNIQUE (c)")
    );
}

#[test]
fn odd_spellings_are_understood() {
    for (table, change, expected) in [
        ("CREATE TABLE t(a)", not_null("a"), "CREATE TABLE t(a NOT NULL)"),
        ("CREATE TABLE t(a NULL, b)", not_null("a"), "CREATE TABLE t(a NOT NULL, b)"),
        (
            "CREATE TABLE [t](`a` \"my type\"(1), b)",
            not_null("A"),
            "CREATE TABLE t(`a` \"my type\"(1) NOT NULL, b)",
        ),
        (
            "CREATE TABLE t(a INT -- why\n  CONSTRAINT k CHECK (a > 0), b)",
            drop_constraint("k"),
            "CREATE TABLE t(a INT -- why\n  , b)",
        ),
        (
            "CREATE TABLE t(\"a,b\" INT DEFAULT (')' || '--'), c AS (\"a,b\" + 1))",
            not_null("a,b"),
            "CREATE TABLE t(\"a,b\" INT NOT NULL DEFAULT (')' || '--'), c AS (\"a,b\" + 1))",
        ),
    ] {
        assert_eq!(created(table, vec![change]), expected);
    }
}

#[test]
fn the_pragmas_stand_around_the_transaction() {
    let mut input = input("CREATE TABLE t (a INT)", vec![not_null("a")]);
    input.foreign_keys_enforced = true;
    let done = rebuild(&input).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(done.before, ["PRAGMA foreign_keys = OFF"]);
    assert_eq!(done.after, ["PRAGMA legacy_alter_table = OFF", "PRAGMA foreign_keys = ON"]);
    let statements: Vec<&str> = done.statements().collect();
    assert_eq!(
        statements,
        [
            "CREATE TABLE \"_alembic_tmp_t\" (a INT NOT NULL)",
            "INSERT INTO \"_alembic_tmp_t\" (rowid, \"a\") SELECT rowid, \"a\" FROM \"t\"",
            "DROP TABLE \"t\"",
            "PRAGMA legacy_alter_table = ON",
            "ALTER TABLE \"_alembic_tmp_t\" RENAME TO \"t\"",
            "PRAGMA legacy_alter_table = OFF",
        ]
    );
    let counted = done.steps.iter().position(|step| matches!(step, RebuildStep::Check(_)));
    assert_eq!(counted, Some(2), "the rows are counted before the old table goes");
}

#[test]
fn plain_statements_where_they_do_everything() {
    let rename: Operation =
        RenameColumn { table: "t".into(), column: "a".to_owned(), new_name: "b".to_owned() }.into();
    let done = rebuild(&input(
        "CREATE TABLE t (a INT, b INT, c INT UNIQUE)",
        vec![drop_column("b"), rename.clone()],
    ));
    let done = done.unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(done.method, RebuildMethod::Alter);
    let statements: Vec<&str> = done.statements().collect();
    assert_eq!(
        statements,
        ["ALTER TABLE \"t\" DROP COLUMN \"b\"", "ALTER TABLE \"t\" RENAME COLUMN \"a\" TO \"b\""]
    );
    // SQLite would take the comment along, and refuses a column with a key.
    for (table, column) in
        [("CREATE TABLE t (a INT, -- kept\n b INT)", "b"), ("CREATE TABLE t (a INT, b INT UNIQUE)", "b")]
    {
        let done =
            rebuild(&input(table, vec![drop_column(column)])).unwrap_or_else(|refusal| panic!("{refusal}"));
        assert_eq!(done.method, RebuildMethod::Copy, "{table}");
    }
}

const TEXTS: &[&str] = &[
    "CREATE TABLE t (\n a INTEGER PRIMARY KEY AUTOINCREMENT, -- x\n [b] TEXT COLLATE NOCASE DEFAULT ('a''b') CHECK (t.b > 1),
 c REAL AS (a + 1) STORED, d INT REFERENCES t (a) ON DELETE SET NULL DEFERRABLE, CONSTRAINT k UNIQUE (a, b) CHECK (d IN (1, 2)),
 FOREIGN KEY (d) REFERENCES t (a)) STRICT, WITHOUT ROWID",
    "CREATE UNIQUE INDEX ix ON t (lower(b) DESC, a COLLATE RTRIM) WHERE d IS NOT NULL",
    "CREATE TRIGGER tr AFTER UPDATE OF a, b ON t WHEN NEW.b > 1 BEGIN UPDATE t SET b = d WHERE a = NEW.a; END",
    "CREATE VIEW v (x, y) AS SELECT t.a, u.b FROM t JOIN u AS x ON x.a = t.a",
];

const PIECES: &[&str] = &[
    "(",
    ")",
    ",",
    ";",
    ".",
    "'",
    "\"",
    "[",
    "]",
    "`",
    "--",
    "\n",
    "/*",
    "*/",
    "é",
    "t",
    "b",
    "CHECK",
    "CONSTRAINT",
    "PRIMARY KEY",
    "AS",
    "COLLATE",
    "ON",
    "UPDATE",
    "FROM",
    "\u{feff}",
    "",
];

#[test]
fn no_text_makes_it_panic() {
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |bound: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 33).unwrap_or(0) % bound.max(1)
    };
    let mut read = 0;
    for _ in 0..6_000 {
        let mut texts: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
        for _ in 0..=below(3) {
            let which = [0, 0, 1, 2, 3][below(5)];
            let text = &mut texts[which];
            let border = |mut at: usize| {
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let (from, length) = (border(below(text.len() + 1)), below(4));
            let to = border((from + length).min(text.len()));
            text.replace_range(from..to.max(from), PIECES[below(PIECES.len())]);
        }
        let stored = |at: usize| vec![Stored { name: "x".to_owned(), sql: texts[at].clone() }];
        let integer = ColumnType::parse(Dialect::Sqlite, "VARCHAR(9)");
        let retyped = AlterColumn { column_type: Some(integer), ..AlterColumn::new("t".into(), "d") };
        let operations = vec![not_null("b"), retyped.into(), drop_column(["b", "c", "d"][below(3)])];
        let mut input = input(&texts[0], operations);
        (input.indexes, input.triggers, input.views) = (stored(1), stored(2), stored(3));
        read += usize::from(rebuild(&input).is_ok_and(|done| !done.steps.is_empty()));
    }
    assert!(read > 50, "{read} of the texts were still good");
}
