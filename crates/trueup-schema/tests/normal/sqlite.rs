//! Expressions and defaults of SQLite, which keeps the text as it was written.

use trueup_schema::{ColumnType, Dialect, SqlExpr};

fn sqlite(text: &str) -> SqlExpr {
    SqlExpr::new(Dialect::Sqlite, text)
}

#[test]
fn spellings_of_one_expression_are_equal() {
    for (left, right) in [
        ("(0)", "0"),
        ("a>0", "A > 0"),
        ("[a] > 0", "`a` > 0"),
        ("\"a\" > 0", "a > 0"),
        ("a == 1", "a = 1"),
        ("a != 1", "a <> 1"),
        ("a IN (1, 2)", "a in (2,1)"),
        ("a BETWEEN 1 AND 2", "a >= 1 AND a <= 2"),
        ("a IS NULL", "a ISNULL"),
        ("a NOT NULL", "a IS NOT NULL"),
        ("TRUE", "1"),
        ("a = FALSE", "a = 0"),
        ("CURRENT_TIMESTAMP", "(current_timestamp)"),
        ("datetime('now')", "CURRENT_TIMESTAMP"),
        ("a COLLATE NOCASE = 'x'", "a collate nocase = 'x'"),
        ("json_extract(data, '$.a')", "JSON_EXTRACT(\"data\", '$.a')"),
        ("x'FF'", "X'ff'"),
        ("a LIKE 'x%' ESCAPE '\\'", "(a LIKE 'x%' escape '\\')"),
        ("a GLOB 'x*'", "a glob 'x*'"),
        ("CAST(a AS integer)", "cast(a as INTEGER)"),
        ("length(a) > 0 /* c */", "LENGTH(a)>0"),
    ] {
        assert_eq!(sqlite(left), sqlite(right), "`{left}` and `{right}`");
    }
}

#[test]
fn different_meanings_stay_different() {
    for (left, right) in [
        ("a = '5'", "a = 5"),
        ("a = 'x'", "a = 'X'"),
        ("a LIKE 'x'", "a GLOB 'x'"),
        ("a LIKE 'x'", "a NOT LIKE 'x'"),
        ("a IS b", "a IS NOT b"),
        ("a || b", "b || a"),
        ("a COLLATE NOCASE", "a"),
        ("CAST(a AS INTEGER)", "CAST(a AS TEXT)"),
        ("CURRENT_TIMESTAMP", "CURRENT_DATE"),
        ("a << 1", "a >> 1"),
        ("a AND b", "a OR b"),
        ("datetime('now')", "datetime('now', 'localtime')"),
    ] {
        assert_ne!(sqlite(left), sqlite(right), "`{left}` and `{right}`");
    }
}

#[test]
fn defaults_follow_the_affinity() {
    for (column, left, right) in [
        ("INTEGER", "'0'", "0"),
        ("INTEGER", "(0)", "0"),
        ("BOOLEAN", "TRUE", "1"),
        ("BOOLEAN", "false", "0"),
        ("TEXT", "\"Abc\"", "'Abc'"),
        ("VARCHAR(10)", "5", "'5'"),
        ("DATETIME", "CURRENT_TIMESTAMP", "(CURRENT_TIMESTAMP)"),
        ("NUMERIC(10, 2)", "0.00", "0"),
        ("FLOAT", "'1.5'", "1.5"),
        ("TEXT", "''", "\"\""),
    ] {
        let column = ColumnType::parse(Dialect::Sqlite, column);
        let left = SqlExpr::default_value(Dialect::Sqlite, left, &column);
        let right = SqlExpr::default_value(Dialect::Sqlite, right, &column);
        assert_eq!(left, right, "{column}: `{}` and `{}`", left.text(), right.text());
    }
    let column = ColumnType::parse(Dialect::Sqlite, "TEXT");
    let value = |text: &str| SqlExpr::default_value(Dialect::Sqlite, text, &column);
    assert_ne!(value("'Abc'"), value("\"abc\""));
    assert_ne!(value("'0'"), value("'00'"));
    assert!(value("NULL").is_null());
}
