//! SQL on an SQLite file, as SQLite's own shell runs it: nothing of the product is in between.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;

/// Runs a text of several statements on a file, which is made where it is missing.
///
/// # Panics
/// When SQLite refuses a statement: the test cannot go on.
pub fn execute(file: &Path, sql: &str) {
    let connection = Connection::open(file).expect("SQLite opens the file");
    connection.execute_batch(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

/// Returns the rows of a query as text.
///
/// # Panics
/// When SQLite refuses the query.
pub fn query(file: &Path, sql: &str) -> Vec<Vec<String>> {
    let connection = Connection::open(file).expect("SQLite opens the file");
    let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    let columns = statement.column_count();
    let shown = |value: Value| match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{bytes:?}"),
    };
    let rows = statement.query_map([], |row| (0..columns).map(|at| row.get(at).map(shown)).collect());
    let rows = rows.and_then(Iterator::collect::<rusqlite::Result<_>>);
    rows.unwrap_or_else(|error| panic!("{error}\n{sql}"))
}
