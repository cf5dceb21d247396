//! What is in a database: its revision, its schema as the database itself writes it down, its rows, and what is left over.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use rusqlite::Connection;

use super::cluster::Cluster;
use crate::corpus::dump::{self, Objects};

/// The tables that belong to the runs and not to the project.
const JOURNAL: &str = "trueup_journal";
const VERSION: &str = "alembic_version";

/// What is in a database.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct State {
    /// Rows of the version table.
    pub(super) versions: Vec<String>,
    /// The schema without version table, journal and invalid indexes.
    pub(super) objects: Objects,
    /// The rows of each table, sorted.
    pub(super) rows: BTreeMap<String, Vec<String>>,
    /// Indexes that are maintained and not used.
    pub(super) invalid: Vec<String>,
    /// What SQLite's own checks say.
    pub(super) damage: Vec<String>,
}

/// How one state differs from what it should be.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Of the schema.
    pub(super) schema: Vec<String>,
    /// Rows that should be there and are not.
    pub(super) lost: usize,
    /// Rows that should not be there.
    pub(super) extra: usize,
}

impl Difference {
    pub(super) fn is_none(&self) -> bool {
        self.schema.is_empty() && self.lost == 0 && self.extra == 0
    }
}

impl State {
    /// Compares with what should be.
    pub(super) fn against(&self, expected: &Self) -> Difference {
        let mut difference = Difference {
            schema: dump::differences(&expected.objects, &self.objects),
            ..Difference::default()
        };
        for table in
            expected.rows.keys().chain(self.rows.keys().filter(|table| !expected.rows.contains_key(*table)))
        {
            let none = Vec::new();
            let (wanted, found) =
                (expected.rows.get(table).unwrap_or(&none), self.rows.get(table).unwrap_or(&none));
            difference.lost += missing(wanted, found);
            difference.extra += missing(found, wanted);
        }
        difference
    }

    /// Returns the tables that a rebuild has left.
    pub(super) fn temporary_tables(&self) -> Vec<String> {
        let names = self.objects.keys().filter_map(|key| key.strip_prefix("TABLE "));
        names
            .filter(|name| name.contains("_tmp_") || name.starts_with("trueup_"))
            .map(str::to_owned)
            .collect()
    }
}

/// Counts what one sorted list has and the other has not.
fn missing(wanted: &[String], found: &[String]) -> usize {
    let mut found = found.iter().peekable();
    wanted
        .iter()
        .filter(|row| {
            while found.next_if(|other| other < row).is_some() {}
            found.next_if(|other| other == row).is_none()
        })
        .count()
}

/// Reads a PostgreSQL database with `pg_dump`, which knows nothing of us.
pub(super) fn of_postgres(cluster: &Cluster, database: &str) -> Result<State> {
    let mut command = Command::new("pg_dump");
    command.args(["--no-owner", "--no-privileges", "--inserts", "--no-tablespaces"]);
    command.arg(format!("--exclude-table={JOURNAL}*")).args(["--dbname", &cluster.url(database)]);
    let output = command.stdin(Stdio::null()).output().context("pg_dump")?;
    if !output.status.success() {
        bail!("pg_dump: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let mut state = State::default();
    let mut schema = String::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let Some(row) = line.strip_prefix("INSERT INTO public.") else {
            schema.push_str(line);
            schema.push('\n');
            continue;
        };
        let (table, values) = row.split_once(' ').context("an INSERT without values")?;
        if table == VERSION {
            state.versions.extend(values.split('\'').nth(1).map(str::to_owned));
        } else {
            state.rows.entry(table.to_owned()).or_default().push(values.to_owned());
        }
    }
    state.versions.sort();
    state.rows.values_mut().for_each(|rows| rows.sort());
    state.objects = dump::objects(&schema);
    let sql = "SELECT indexrelid::regclass FROM pg_index WHERE NOT (indisvalid AND indisready AND indislive)";
    state.invalid = cluster.psql(database, sql)?.lines().map(str::to_owned).collect();
    Ok(state)
}

/// Reads a copy of an SQLite database, so that the next run still finds the journal of the one that was killed.
pub(super) fn of_sqlite(file: &Path) -> Result<State> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("copy.db");
    for suffix in ["", "-journal", "-wal"] {
        let from = beside(file, suffix);
        if from.exists() {
            fs::copy(from, beside(&copy, suffix))?;
        }
    }
    let connection = Connection::open(&copy)?;
    let mut state = State::default();
    let sql =
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'";
    let objects = strings(&connection, sql)?;
    for object in objects {
        let [kind, name, table, sql] = object.as_slice() else { continue };
        if table == JOURNAL {
            continue;
        }
        if kind == "table" {
            let rows = rows_of(&connection, name)?;
            if name == VERSION {
                state.versions = rows.iter().map(|row| row.trim_matches('\'').to_owned()).collect();
                continue;
            }
            state.rows.insert(name.clone(), rows);
        }
        state.objects.insert(format!("{} {name}", kind.to_uppercase()), sql.clone());
    }
    state.damage = strings(&connection, "PRAGMA integrity_check")?.concat();
    state.damage.retain(|line| line != "ok");
    let violations =
        strings(&connection, "SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1")?;
    state.damage.extend(violations.iter().map(|row| format!("{} rows point nowhere", row.join(": "))));
    Ok(state)
}

/// Returns a file beside a database.
pub(super) fn beside(file: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn rows_of(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let columns = strings(connection, &format!("SELECT name FROM pragma_table_info('{table}')"))?;
    let quoted: Vec<String> = columns.concat().iter().map(|name| format!("quote(\"{name}\")")).collect();
    let rows = strings(connection, &format!("SELECT {} FROM \"{table}\"", quoted.join(", ")))?;
    let mut rows: Vec<String> = rows.into_iter().map(|row| row.join(", ")).collect();
    rows.sort();
    Ok(rows)
}

fn strings(connection: &Connection, sql: &str) -> Result<Vec<Vec<String>>> {
    let mut statement = connection.prepare(sql)?;
    let count = statement.column_count();
    let cell = |row: &rusqlite::Row<'_>, at| -> rusqlite::Result<String> {
        Ok(match row.get_ref(at)? {
            rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            _ => String::new(),
        })
    };
    let rows = statement.query_map([], |row| (0..count).map(|at| cell(row, at)).collect())?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::State;

    fn with(rows: &[&str]) -> State {
        let rows = rows.iter().map(|row| (*row).to_owned()).collect();
        State { rows: [("t".to_owned(), rows)].into(), ..State::default() }
    }

    #[test]
    fn lost_rows_are_counted_each_time_they_are_missing() {
        let difference = with(&["b", "c", "d"]).against(&with(&["a", "b", "b", "d"]));
        assert_eq!((difference.lost, difference.extra), (2, 1));
        assert!(with(&["a"]).against(&with(&["a"])).is_none());
        assert_eq!(with(&["a", "b"]).against(&State::default()).extra, 2);
    }
}
