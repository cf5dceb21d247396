//! Copies of a whole database: made before a run, and brought back.
//!
//! PostgreSQL's are archives of `pg_dump -Fc`, SQLite's are SQLite files made by its online backup. A copy is written
//! under a temporary name, read again, and only then gets its name: a file that has the name of a backup is one.
//!
//! - `place`: the name, the folder, the temporary file;
//! - `programs`: the only place that runs `pg_dump` and `pg_restore`;
//! - `archive`: what `pg_restore` tells of an archive;
//! - `postgres`, `sqlite`: making and bringing back;
//! - `file`: a backup that somebody names, judged before anything is touched.

use std::path::PathBuf;

use trueup_schema::Dialect;

use crate::DatabaseUrl;
use crate::run::{RunError, Runner};

mod archive;
mod error;
mod file;
mod place;
mod postgres;
mod programs;
mod sqlite;

pub use error::BackupError;
pub use file::BackupFile;

use place::NewFile;

/// Where a backup goes, and with what it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupRequest {
    /// The folder; it is created where it is missing.
    pub folder: PathBuf,
    /// The time for the file's name, such as `20270131T235959Z`.
    pub time: String,
    /// Folders to look for `pg_dump` and `pg_restore` in, before those of usual installations.
    pub programs: Vec<PathBuf>,
}

/// A backup that was made and read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How many tables are in it.
    pub tables: usize,
    /// Revisions that its version table records, sorted.
    pub rows: Vec<String>,
}

/// What a restore left.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Restored {
    /// Revisions that the database records now, sorted.
    pub rows: Vec<String>,
    /// Tables whose rows were counted, and found to be as many as in the backup.
    pub tables: usize,
    /// The rows of those tables.
    pub table_rows: u64,
    /// Tables that the backup does not have and that were left in the database.
    pub left: Vec<String>,
}

impl Runner {
    /// Writes the whole database into a new file, as it is at one moment, and reads that again.
    ///
    /// # Errors
    /// When it cannot be written, or what was written is not what the database has; no file is left then.
    pub fn back_up(&mut self, request: &BackupRequest) -> Result<Backup, BackupError> {
        let rows = self.version_rows()?.unwrap_or_default();
        let name = place::file_name(&database_name(&self.url), &rows, &request.time);
        let file = NewFile::reserve(&request.folder, &name, extension(self.dialect()))?;
        let tables = match self.dialect() {
            Dialect::Postgresql => postgres::dump(self, file.partial(), &rows, &request.programs)?,
            Dialect::Sqlite => sqlite::copy(self, file.partial(), &rows)?,
        };
        let (path, bytes) = file.keep()?;
        Ok(Backup { path, bytes, tables, rows })
    }

    /// Replaces what the database has by a backup, and compares version rows and row counts afterwards.
    ///
    /// In one transaction: when it fails, the database is what it was. On PostgreSQL, tables that the backup does not have
    /// are left.
    ///
    /// # Errors
    /// When the backup is of another kind of database, the database refuses, or has not what the backup has afterwards.
    pub fn restore(&mut self, file: &BackupFile, programs: &[PathBuf]) -> Result<Restored, BackupError> {
        file.must_be_of(self.dialect(), &self.target)?;
        match self.dialect() {
            Dialect::Postgresql => postgres::restore(self, file, programs),
            Dialect::Sqlite => sqlite::restore(self, file),
        }
    }

    /// Tells whether a database has nothing that a restore could replace.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn is_empty(&mut self) -> Result<bool, RunError> {
        let sql = match self.dialect() {
            Dialect::Postgresql => postgres::EMPTY,
            Dialect::Sqlite => sqlite::EMPTY,
        };
        Ok(self.text(sql)? == "true")
    }

    /// Asks for one text.
    fn text(&mut self, sql: &str) -> Result<String, RunError> {
        let rows = self.query(sql)?;
        let cell = rows.first().and_then(|row| row.cells.first());
        Ok(cell.and_then(|cell| cell.as_text()).unwrap_or_default().to_owned())
    }

    /// Asks for one number.
    fn number(&mut self, sql: &str) -> Result<u64, RunError> {
        Ok(self.text(sql)?.parse().unwrap_or_default())
    }
}

/// Returns what a database is called: its name on a server, or the name of its file without the ending.
pub fn database_name(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Postgresql(address) => address.database.clone(),
        DatabaseUrl::Sqlite(crate::SqliteAddress::Memory) => String::new(),
        DatabaseUrl::Sqlite(crate::SqliteAddress::File { path, .. }) => {
            path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
        }
    }
}

fn extension(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgresql => "dump",
        Dialect::Sqlite => "db",
    }
}
