//! SQLite: the online backup in one direction and in the other.
//!
//! Source: "SQLite Backup API", <https://www.sqlite.org/backup.html>; what happens to WAL files and busy ones is held by
//! `tests/it/run/backup.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use trueup_schema::name::quote_identifier;
use trueup_schema::{Dialect, ObjectName};

use super::programs::cancelled;
use super::{BackupError, BackupFile, Restored, place};
use crate::connect::open_sqlite;
use crate::run::backoff::Backoff;
use crate::run::{CancelHandle, RunError, Runner, Session, StatementError};
use crate::{SqliteAddress, version_table};

/// Tells whether there is nothing of the user's own.
pub(super) const EMPTY: &str =
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM sqlite_schema) THEN 'false' ELSE 'true' END";

/// Pages between two looks at whether somebody asked to stop: 4 MB of the usual size.
const PAGES: i32 = 1000;

/// The tables that hold rows of their own.
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
     AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name";

/// Writes a copy, reads it again and returns how many tables are in it.
pub(super) fn copy(runner: &mut Runner, file: &Path, rows: &[String]) -> Result<usize, BackupError> {
    let doing = format!("the backup of {}", runner.target);
    let failed = |error: rusqlite::Error| BackupError::failed(&doing, error);
    let Runner { session: Session::Sqlite(session), target: name, cancel, settings, .. } = runner else {
        return Err(cancelled());
    };
    let source = &session.connection;
    // One reading transaction for all: between two steps nobody changes what is copied.
    source.execute_batch("BEGIN").map_err(failed)?;
    let copied = tables(source).map_err(failed).and_then(|tables| {
        let mut target =
            Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
        let backup = Backup::new(source, &mut target).map_err(failed)?;
        transfer(&backup, PAGES, settings.wait, cancel, name)?;
        Ok(tables)
    });
    source.execute_batch("ROLLBACK").map_err(failed)?;
    let expected = copied?;
    let made = read(file, &settings.version_table)?;
    if !made.rows.keys().map(|table| &table.name).eq(expected.iter()) {
        return Err(BackupError::failed(doing, "the copy has other tables than the database"));
    }
    if made.versions.values().flatten().ne(rows) {
        return Err(BackupError::failed(doing, "the copy does not record the revisions of the database"));
    }
    Ok(expected.len())
}

/// Reads a copy to its end.
pub(super) fn read(path: &Path, version_table: &ObjectName) -> Result<BackupFile, BackupError> {
    let damaged = |cause: String| BackupFile::damaged(path, cause);
    let log = path.with_file_name(format!("{}-wal", path.file_name().unwrap_or_default().to_string_lossy()));
    if fs::metadata(log).is_ok_and(|log| log.len() > 0) {
        return Err(damaged("a write-ahead log lies beside it, so a part of it is elsewhere".to_owned()));
    }
    let connection = open(path)?;
    let sound: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(|error| damaged(error.to_string()))?;
    if sound != "ok" {
        return Err(damaged(sound));
    }
    let rows = counts(&connection).map_err(|error| damaged(error.to_string()))?;
    let versions =
        version_table::sqlite(&connection, version_table).map_err(|error| damaged(error.to_string()))?;
    Ok(BackupFile {
        path: path.to_owned(),
        dialect: Dialect::Sqlite,
        database: place::database_in(path),
        tables: rows.len(),
        rows,
        versions: versions.map(|rows| (version_table.clone(), rows)).into_iter().collect(),
        made_by: 0,
    })
}

/// Copies a backup over the database, then compares what is there.
pub(super) fn restore(runner: &mut Runner, file: &BackupFile) -> Result<Restored, BackupError> {
    let source = open(&file.path)?;
    let Runner { session: Session::Sqlite(session), target: name, cancel, settings, .. } = runner else {
        return Err(cancelled());
    };
    let failed = |error: rusqlite::Error| RunError::from(StatementError::sqlite(&error, ""));
    let target = &mut session.connection;
    // A copy that is given up half way is rolled back by SQLite.
    let backup = Backup::new(&source, target).map_err(failed)?;
    transfer(&backup, -1, settings.wait, cancel, name)?;
    drop(backup);
    let doing = format!("comparing {} with the backup that was restored", runner.target);
    let rows = runner.version_rows()?.unwrap_or_default();
    let Session::Sqlite(session) = &runner.session else { return Err(cancelled()) };
    let counted = counts(&session.connection).map_err(failed)?;
    if rows.iter().ne(file.versions.values().flatten()) {
        return Err(BackupError::failed(doing, "it records other revisions than the backup"));
    }
    if counted != file.rows {
        return Err(BackupError::failed(doing, "its tables have other rows than those of the backup"));
    }
    let table_rows = counted.values().sum();
    Ok(Restored { rows, tables: counted.len(), table_rows, left: Vec::new() })
}

/// Copies all pages, waiting while somebody else has the file.
fn transfer(
    backup: &Backup<'_, '_>,
    pages: i32,
    limit: Duration,
    cancel: &CancelHandle,
    target: &str,
) -> Result<(), BackupError> {
    let doing = || format!("copying the pages of {target}");
    let begun = Instant::now();
    let mut backoff = Backoff::new(Duration::from_millis(5), Duration::from_millis(250));
    loop {
        if cancel.is_requested() {
            return Err(cancelled());
        }
        match backup.step(pages).map_err(|error| BackupError::failed(doing(), error))? {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            _ if begun.elapsed() >= limit => {
                let waited = begun.elapsed();
                return Err(
                    RunError::Locked { target: target.to_owned(), holders: Vec::new(), waited }.into()
                );
            }
            _ if !cancel.sleep(backoff.delay()) => return Err(cancelled()),
            _ => {}
        }
    }
}

/// Opens a copy as what it is: a file that nobody changes, without side files.
fn open(path: &Path) -> Result<Connection, BackupError> {
    let address = SqliteAddress::File { path: path.to_owned(), immutable: true };
    open_sqlite(&address).map_err(|error| BackupFile::damaged(path, error))
}

fn tables(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    connection.prepare(TABLES)?.query_map([], |row| row.get(0))?.collect()
}

fn counts(connection: &Connection) -> Result<BTreeMap<ObjectName, u64>, rusqlite::Error> {
    let count = |name: String| {
        let sql = format!("SELECT count(*) FROM {}", quote_identifier(&name));
        let rows: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        Ok((ObjectName::new(name), rows as u64))
    };
    tables(connection)?.into_iter().map(count).collect()
}
