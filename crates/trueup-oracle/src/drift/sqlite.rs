//! Ten changes on a SQLite database.
//!
//! SQLite alters few things in place, so tables are changed where SQLite keeps them: in the text that created them.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use rusqlite::Connection;

/// A table as SQLite keeps it.
struct Table {
    name: String,
    sql: String,
    is_changed: bool,
}

/// Makes the changes and returns the objects they are about.
pub(super) fn change(file: &Path) -> Result<BTreeSet<String>> {
    let connection = Connection::open(file)?;
    let mut done = indexes(&connection)?;
    let mut tables = tables(&connection)?;
    for (kind, alternatives) in CHANGES {
        let made = alternatives.iter().find_map(|alternative| {
            let open = tables.iter_mut().filter(|table| !table.is_changed);
            open.into_iter()
                .find_map(|table| apply(table, *alternative).map(|name| (table.name.clone(), name)))
        });
        let (table, name) = made.with_context(|| format!("no table has room for a change of kind {kind}"))?;
        done.insert(super::told(kind, Some(&table), &name));
    }
    store(&connection, &tables)?;
    let last = &tables.last().context("a schema has tables")?.name;
    connection.execute_batch(&format!(
        "CREATE TABLE made_by_hand (id INTEGER);
         CREATE TRIGGER quiet_by_hand AFTER DELETE ON \"{last}\" BEGIN SELECT 1; END;"
    ))?;
    done.extend(["table made_by_hand".to_owned(), "trigger quiet_by_hand".to_owned()]);
    Ok(done)
}

/// Drops one index and gives another a predicate.
fn indexes(connection: &Connection) -> Result<BTreeSet<String>> {
    let rows = strings(
        connection,
        "SELECT i.name, i.tbl_name, (SELECT name FROM pragma_index_info(i.name)) FROM sqlite_schema i
         WHERE i.type = 'index' AND i.sql LIKE 'CREATE INDEX%' AND i.sql NOT LIKE '% WHERE %'
           AND (SELECT count(name) FROM pragma_index_info(i.name)) = 1 ORDER BY 1",
    )?;
    let mut done = BTreeSet::new();
    let mut rows = rows.iter();
    if let Some([name, table, column]) = rows.next() {
        connection.execute_batch(&format!(
            "DROP INDEX \"{name}\"; CREATE INDEX \"{name}\" ON \"{table}\" (\"{column}\") WHERE \"{column}\" IS NOT NULL"
        ))?;
        done.insert(format!("index {name}"));
    }
    let dropped = match rows.next() {
        Some([name, ..]) => Some(name.clone()),
        None => strings(
            connection,
            "SELECT name, '', '' FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1",
        )?
        .into_iter()
        .map(|[name, ..]| name)
        .find(|name| !done.contains(&format!("index {name}"))),
    };
    if let Some(name) = dropped {
        connection.execute_batch(&format!("DROP INDEX \"{name}\""))?;
        done.insert(format!("index {name}"));
    }
    Ok(done)
}

fn tables(connection: &Connection) -> Result<Vec<Table>> {
    let rows = strings(
        connection,
        "SELECT name, sql, '' FROM sqlite_schema
         WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%alembic%' ORDER BY name",
    )?;
    Ok(rows.into_iter().map(|[name, sql, _]| Table { name, sql, is_changed: false }).collect())
}

fn strings(connection: &Connection, query: &str) -> Result<Vec<[String; 3]>> {
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn store(connection: &Connection, tables: &[Table]) -> Result<()> {
    connection.execute_batch("PRAGMA writable_schema = ON")?;
    for table in tables.iter().filter(|table| table.is_changed) {
        connection.execute(
            "UPDATE sqlite_schema SET sql = ?1 WHERE type = 'table' AND name = ?2",
            [&table.sql, &table.name],
        )?;
    }
    // Reading the schema again shows whether all of it is still valid.
    connection.execute_batch("PRAGMA writable_schema = RESET; SELECT count(*) FROM sqlite_schema")?;
    Ok(())
}

/// Looks at one part of a table (a column or a constraint, with its words) and returns the name of the object and the
/// part as it is after the change.
type Change = fn(part: &str, words: &[&str]) -> Option<(String, String)>;

/// Kind of the object, and what can be tried for it in this order; each is made on a table that nothing else changed.
const CHANGES: &[(&str, &[Change])] = &[
    ("column", &[widened]),
    ("column", &[nullable]),
    ("column", &[defaulted]),
    ("check", &[other_check, added_check]),
    ("check", &[enum_value, added_check]),
    ("foreign_key", &[renamed_key, lost_action]),
];

fn apply(table: &mut Table, change: Change) -> Option<String> {
    let parts = parts(&table.sql);
    for &(start, end) in &parts {
        let part = &table.sql[start..end];
        let words: Vec<&str> = part.split_whitespace().collect();
        if let Some((name, new)) = change(part, &words) {
            table.sql.replace_range(start..end, &new);
            table.is_changed = true;
            return Some(name);
        }
    }
    None
}

/// Where the columns and constraints of a CREATE TABLE stand.
fn parts(sql: &str) -> Vec<(usize, usize)> {
    let (mut depth, mut quote, mut start, mut found) = (0, None, 0, Vec::new());
    for (at, letter) in sql.char_indices() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '(') => {
                depth += 1;
                if depth == 1 {
                    start = at + 1;
                }
            }
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    found.push((start, at));
                    return found;
                }
            }
            (None, ',') if depth == 1 => {
                found.push((start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "FOREIGN", "UNIQUE", "CHECK"];

fn column<'a>(words: &[&'a str]) -> Option<&'a str> {
    let name = words.first().filter(|word| !CONSTRAINTS.iter().any(|start| word.starts_with(start)))?;
    Some(name.trim_matches('"'))
}

fn named<'a>(words: &[&'a str], what: &str) -> Option<&'a str> {
    match words {
        ["CONSTRAINT", name, kind, ..] if kind.starts_with(what) => Some(name.trim_matches('"')),
        _ => None,
    }
}

fn widened(part: &str, words: &[&str]) -> Option<(String, String)> {
    let name = column(words)?;
    let (before, rest) = part.split_once("VARCHAR(")?;
    let (length, after) = rest.split_once(')')?;
    let length: u32 = length.parse().ok()?;
    Some((name.to_owned(), format!("{before}VARCHAR({}){after}", length + 7)))
}

fn nullable(part: &str, words: &[&str]) -> Option<(String, String)> {
    let name = column(words).filter(|name| *name != "id" && !name.ends_with("_id"))?;
    let is_key = part.contains("PRIMARY KEY");
    let new = part.strip_suffix(" NOT NULL").filter(|_| !is_key)?;
    Some((name.to_owned(), new.to_owned()))
}

fn defaulted(part: &str, words: &[&str]) -> Option<(String, String)> {
    let name = column(words)?;
    let fits = words.len() == 2 && (words[1].starts_with("VARCHAR") || words[1] == "TEXT");
    fits.then(|| (name.to_owned(), format!("{part} DEFAULT 'x'")))
}

fn other_check(_: &str, words: &[&str]) -> Option<(String, String)> {
    let name = named(words, "CHECK")?;
    Some((name.to_owned(), format!(" CONSTRAINT {name} CHECK (1 < 2)")))
}

fn enum_value(part: &str, words: &[&str]) -> Option<(String, String)> {
    let name = named(words, "CHECK")?;
    let (before, rest) = part.split_once(" IN (")?;
    Some((name.to_owned(), format!("{before} IN ('drifted', {rest}")))
}

/// Adds a constraint behind the last column; a table has one constraint at least, its primary key.
fn added_check(part: &str, words: &[&str]) -> Option<(String, String)> {
    column(words).is_none().then(|| {
        let name = format!("check_by_hand_{}", part.len());
        (name.clone(), format!("{part}, CONSTRAINT {name} CHECK (1 < 2)"))
    })
}

fn renamed_key(part: &str, words: &[&str]) -> Option<(String, String)> {
    let name = named(words, "FOREIGN")?;
    Some((name.to_owned(), part.replacen(words[1], "renamed_by_hand", 1)))
}

/// A key without a name is told by its columns.
fn lost_action(part: &str, words: &[&str]) -> Option<(String, String)> {
    words.first().filter(|word| word.starts_with("FOREIGN"))?;
    let end = part.find(')')?;
    let columns = part.get(part.find('(')?..=end)?;
    Some((columns.to_owned(), format!("{part} ON DELETE CASCADE")))
}
