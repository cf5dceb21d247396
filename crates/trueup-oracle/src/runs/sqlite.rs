//! SQLite: what is in a database, and rows to put into it.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::state::State;
use super::values;
use crate::corpus::sqlite;
use crate::random::Random;

/// Reads a database.
pub(super) fn state(connection: &Connection) -> Result<State> {
    let mut contents = BTreeMap::new();
    let (mut rows, mut made) = (Vec::new(), String::new());
    for table in tables(connection)? {
        let (columns, lines) = lines(connection, &table)?;
        if columns == ["version_num"] {
            let id = |line: &String| line.trim_start_matches("version_num=").trim_matches('\'').to_owned();
            rows = lines.iter().map(id).collect();
            let sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1";
            made = connection.query_row(sql, [&table], |row| row.get(0))?;
        } else {
            contents.insert(table, lines);
        }
    }
    let made = made.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "");
    let mut state = State::new(rows, made, sqlite::objects(connection)?, contents);
    state.owners = owners(connection)?;
    Ok(state)
}

/// Returns the table of each index and trigger.
fn owners(connection: &Connection) -> Result<BTreeMap<String, String>> {
    let sql =
        "SELECT upper(type) || ' ' || name, tbl_name FROM sqlite_schema WHERE type IN ('index', 'trigger')";
    let mut statement = connection.prepare(sql)?;
    let pairs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(pairs.collect::<Result<_, _>>()?)
}

fn tables(connection: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
               AND name NOT LIKE 'trueup\\_%' ESCAPE '\\' ORDER BY name";
    let mut statement = connection.prepare(sql)?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(names)
}

/// Returns the columns of a table and its rows.
fn lines(connection: &Connection, table: &str) -> Result<(Vec<String>, Vec<String>)> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {}", quoted(table)))?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut found = statement.query([])?;
    let mut out = Vec::new();
    while let Some(row) = found.next()? {
        let mut cells = Vec::new();
        for (at, name) in names.iter().enumerate() {
            cells.push(format!("{name}={}", cell(row.get_ref(at)?)));
        }
        cells.sort();
        out.push(cells.join(" "));
    }
    drop(found);
    drop(statement);
    Ok((names, out))
}

fn cell(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(text) => format!("'{}'", String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => format!("x{bytes:02x?}"),
    }
}

/// Returns statements that insert rows into some tables.
pub(super) fn inserts(connection: &Connection, seed: u64) -> Result<Vec<String>> {
    let mut random = Random::new(seed);
    let mut out = Vec::new();
    for table in tables(connection)? {
        let mut statement = connection.prepare(
            "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk FROM pragma_table_xinfo(?1) WHERE hidden = 0",
        )?;
        let columns: Vec<values::Column> = statement
            .query_map([&table], |row| {
                let (is_needed, has_default, key): (bool, bool, i64) =
                    (row.get(2)?, row.get(3)?, row.get(4)?);
                let type_name: String = row.get(1)?;
                let is_row_id = key > 0 && type_name.eq_ignore_ascii_case("integer");
                Ok(values::Column {
                    name: row.get(0)?,
                    type_name,
                    is_needed: is_needed && !has_default && !is_row_id,
                    is_key: key > 0,
                })
            })?
            .collect::<Result<_, _>>()?;
        if columns.iter().any(|column| column.name == "version_num") {
            continue;
        }
        out.extend(values::inserts(&quoted(&table), &columns, &mut random));
    }
    Ok(out)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
