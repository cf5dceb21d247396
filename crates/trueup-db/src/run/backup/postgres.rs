//! PostgreSQL: `pg_dump` makes a backup, `pg_restore` reads it and brings it back.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use trueup_schema::ObjectName;

use super::archive::{Contents, TableData, read_data};
use super::programs::{Program, cancelled};
use super::{BackupError, BackupFile, Restored};
use crate::run::{CancelHandle, RunError, Runner};
use crate::{DatabaseUrl, PostgresAddress};

/// How long `pg_dump` waits for tables that somebody changes, in milliseconds.
const LOCK_WAIT: &str = "60000";

/// Tells whether there is nothing of the user's own.
pub(super) const EMPTY: &str = "SELECT (NOT EXISTS (SELECT FROM pg_class AS o WHERE o.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') \
     AND o.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)' AND NOT EXISTS (SELECT FROM pg_depend AS d \
     WHERE d.classid = 'pg_class'::regclass AND d.objid = o.oid AND d.deptype = 'e')) \
     AND NOT EXISTS (SELECT FROM pg_type AS o WHERE o.typtype IN ('e', 'd', 'r') \
     AND o.typnamespace::regnamespace::text !~ '^(pg_|information_schema$)' AND NOT EXISTS (SELECT FROM pg_depend AS d \
     WHERE d.classid = 'pg_type'::regclass AND d.objid = o.oid AND d.deptype = 'e')) \
     AND NOT EXISTS (SELECT FROM pg_proc AS o WHERE o.pronamespace::regnamespace::text !~ '^(pg_|information_schema$)' \
     AND NOT EXISTS (SELECT FROM pg_depend AS d \
     WHERE d.classid = 'pg_proc'::regclass AND d.objid = o.oid AND d.deptype = 'e')))::text";

/// The tables that `pg_dump` writes, foreign ones too, without those of extensions.
const TABLES: &str = "SELECT n.nspname::text AS namespace, c.relname::text AS name FROM pg_class AS c \
     JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f') \
     AND n.nspname !~ '^(pg_|information_schema$)' AND NOT EXISTS (SELECT FROM pg_depend AS d \
     WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1, 2";

/// Limits of the session that would end the transaction while `pg_dump` works on its snapshot.
const NO_LIMITS: &str = "SELECT set_config(name, '0', true) FROM pg_settings \
     WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')";

/// Writes an archive, reads it again and returns how many tables are in it.
pub(super) fn dump(
    runner: &mut Runner,
    file: &Path,
    rows: &[String],
    programs: &[PathBuf],
) -> Result<usize, BackupError> {
    let major = server_major(runner)?;
    let pg_dump = Program::find("pg_dump", major, programs)?;
    let pg_restore = Program::find("pg_restore", major, programs)?;
    runner.begin(&mut |_| {})?;
    let result = dump_snapshot(runner, file, rows, [&pg_dump, &pg_restore]);
    runner.rollback()?;
    result
}

/// Hands `pg_dump` the very snapshot in which the tables are counted.
fn dump_snapshot(
    runner: &mut Runner,
    file: &Path,
    rows: &[String],
    [pg_dump, pg_restore]: [&Program; 2],
) -> Result<usize, BackupError> {
    runner.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
    runner.query(NO_LIMITS)?;
    let snapshot = runner.text("SELECT pg_export_snapshot()")?;
    let doing = format!("the backup of {}", runner.target);
    if runner.version_rows()?.unwrap_or_default() != rows {
        return Err(BackupError::failed(doing, "somebody else has moved the database meanwhile"));
    }
    let expected = tables(runner)?.len();
    let mut arguments = words(&["--format=custom", "--no-password", "--lock-wait-timeout", LOCK_WAIT]);
    arguments.extend(["--snapshot".into(), snapshot.into(), "--file".into(), file.into()]);
    let dumped = pg_dump.run(&arguments, Some(&address(runner)?), Some(&runner.cancel), drained)?;
    dumped.map_err(|cause| BackupError::failed(&doing, cause))?;
    let contents = list(pg_restore, file)?;
    if contents.tables() != expected {
        let cause =
            format!("the archive has {} table(s) where the database has {expected}", contents.tables());
        return Err(BackupError::failed(doing, cause));
    }
    let version_table = runner.settings.version_table.name.clone();
    let only = format!("--table={version_table}");
    let data = data(pg_restore, file, &version_table, &[&only], Some(&runner.cancel))?;
    let table = version_table_of(runner);
    if versions(&data, &version_table).get(&table).cloned().unwrap_or_default() != rows {
        return Err(BackupError::failed(doing, "the archive does not record the revisions of the database"));
    }
    Ok(expected)
}

/// Reads an archive to its end.
pub(super) fn read(
    path: &Path,
    version_table: &ObjectName,
    programs: &[PathBuf],
) -> Result<BackupFile, BackupError> {
    let pg_restore = Program::newest("pg_restore", programs)?;
    let contents = list(&pg_restore, path)?;
    let data = data(&pg_restore, path, &version_table.name, &[], None)?;
    let versions = versions(&data, &version_table.name);
    let own = data.into_iter().filter(|table| contents.creates(&table.name));
    let mut rows = BTreeMap::new();
    for table in own {
        *rows.entry(table.name).or_default() += table.rows;
    }
    Ok(BackupFile {
        path: path.to_owned(),
        dialect: trueup_schema::Dialect::Postgresql,
        database: Some(contents.database.clone()).filter(|name| !name.is_empty()),
        tables: contents.tables(),
        rows,
        versions,
        made_by: contents.dumped_by,
    })
}

/// Brings an archive back in one transaction, then compares what is there.
pub(super) fn restore(
    runner: &mut Runner,
    file: &BackupFile,
    programs: &[PathBuf],
) -> Result<Restored, BackupError> {
    let at_least = server_major(runner)?.max(file.made_by);
    let pg_restore = Program::find("pg_restore", at_least, programs)?;
    let address = address(runner)?;
    let mut arguments = words(&[
        "--clean",
        "--if-exists",
        "--single-transaction",
        "--exit-on-error",
        "--no-password",
        "--dbname",
    ]);
    // A bare name could itself be read as a list of settings.
    let name = address.database.replace('\\', "\\\\").replace('\'', "\\'");
    arguments.extend([format!("dbname='{name}'").into(), file.path.clone().into()]);
    runner.check_lock()?;
    let doing = format!("restoring {}", runner.target);
    let restored = pg_restore.run(&arguments, Some(&address), Some(&runner.cancel), drained)?;
    restored.map_err(|cause| BackupError::failed(&doing, format!("{cause}; nothing was changed")))?;
    compare(runner, file)
}

/// Makes sure that the database has what the backup has.
fn compare(runner: &mut Runner, file: &BackupFile) -> Result<Restored, BackupError> {
    let doing = format!("comparing {} with the backup that was restored", runner.target);
    let rows = runner.version_rows()?.unwrap_or_default();
    let table = version_table_of(runner);
    let expected = file.versions.get(&table).cloned().unwrap_or_default();
    if rows != expected {
        let (rows, expected) = (rows.join(", "), expected.join(", "));
        let cause = format!("it records the revisions `{rows}` where the backup has `{expected}`");
        return Err(BackupError::failed(doing, cause));
    }
    let mut table_rows = 0;
    for (name, expected) in &file.rows {
        // Of a parent only its own rows: those of its children are counted there.
        let count = runner.number(&format!("SELECT count(*)::text FROM ONLY {}", name.to_sql()))?;
        if count != *expected {
            let cause = format!("`{name}` has {count} rows where the backup has {expected}");
            return Err(BackupError::failed(doing, cause));
        }
        table_rows += count;
    }
    let known: BTreeSet<&ObjectName> = file.rows.keys().collect();
    let there = tables(runner)?;
    // Partitioned and foreign tables have no rows of their own in an archive.
    let left = there.iter().filter(|(name, has_rows)| *has_rows && !known.contains(name));
    let left = left.map(|(name, _)| name.to_string()).collect();
    Ok(Restored { rows, tables: file.rows.len(), table_rows, left })
}

/// Returns the tables, and of each whether an archive has rows of it.
fn tables(runner: &mut Runner) -> Result<Vec<(ObjectName, bool)>, RunError> {
    let sql = TABLES.replace("AS name FROM", "AS name, (c.relkind = 'r')::text AS own FROM");
    let rows = runner.query(&sql)?;
    let text = |row: &crate::run::Row, column| {
        row.get(column).and_then(|cell| cell.as_text()).unwrap_or_default().to_owned()
    };
    let table = |row| {
        let name = ObjectName { namespace: Some(text(row, "namespace")), name: text(row, "name") };
        (name, text(row, "own") == "true")
    };
    Ok(rows.iter().map(table).collect())
}

fn list(pg_restore: &Program, file: &Path) -> Result<Contents, BackupError> {
    let text = pg_restore.run(&["--list".into(), file.into()], None, None, |mut output| {
        let mut bytes = Vec::new();
        output.read_to_end(&mut bytes).map(|_| String::from_utf8_lossy(&bytes).into_owned())
    })?;
    text.map(|text| Contents::read(&text)).map_err(|cause| BackupFile::damaged(file, cause))
}

/// Reads the rows of an archive to their end; those of tables with the name `kept` are kept.
fn data(
    pg_restore: &Program,
    file: &Path,
    kept: &str,
    more: &[&str],
    cancel: Option<&CancelHandle>,
) -> Result<Vec<TableData>, BackupError> {
    let mut arguments = words(&["--data-only", "--file=-"]);
    arguments.extend(more.iter().map(OsString::from));
    arguments.push(file.into());
    let data = pg_restore.run(&arguments, None, cancel, |output| read_data(output, kept))?;
    data.map_err(|cause| BackupFile::damaged(file, cause))
}

fn versions(data: &[TableData], version_table: &str) -> BTreeMap<ObjectName, Vec<String>> {
    let tables = data.iter().filter(|table| table.name.name == version_table);
    let sorted = |table: &TableData| {
        let mut rows = table.texts.clone();
        rows.sort();
        (table.name.clone(), rows)
    };
    tables.map(sorted).collect()
}

/// Returns the version table with its namespace, as an archive names it.
fn version_table_of(runner: &Runner) -> ObjectName {
    let table = &runner.settings.version_table;
    let found = runner.lent.side.as_ref().and_then(|side| side.namespace.clone());
    ObjectName { namespace: table.namespace.clone().or(found), name: table.name.clone() }
}

fn server_major(runner: &mut Runner) -> Result<u32, RunError> {
    let sql = "SELECT (current_setting('server_version_num')::int / 10000)::text";
    Ok(runner.number(sql)? as u32)
}

fn address(runner: &Runner) -> Result<PostgresAddress, BackupError> {
    match &runner.url {
        DatabaseUrl::Postgresql(address) => Ok(address.clone()),
        DatabaseUrl::Sqlite(_) => Err(cancelled()),
    }
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

fn drained(mut output: impl io::Read) -> io::Result<u64> {
    io::copy(&mut output, &mut io::sink())
}
