//! A backup that somebody names: what it is, and that it can be read to its end, before a database is touched.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use trueup_schema::{Dialect, ObjectName};

use super::{BackupError, place, postgres, sqlite};

const POSTGRESQL_MAGIC: &[u8] = b"PGDMP";
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

/// A backup that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupFile {
    /// The file.
    pub path: PathBuf,
    /// What kind of database it is a backup of.
    pub dialect: Dialect,
    /// Which database it is a backup of, where it says so: an SQLite file does by its name alone.
    pub database: Option<String>,
    /// How many tables are in it.
    pub tables: usize,
    /// Rows of its tables; views and tables of extensions are not among them.
    pub(super) rows: BTreeMap<ObjectName, u64>,
    /// Rows of version tables by table: several namespaces may have one.
    pub(super) versions: BTreeMap<ObjectName, Vec<String>>,
    /// Major version of the program that made it.
    pub(super) made_by: u32,
}

impl BackupFile {
    /// Reads a backup to its end.
    ///
    /// `programs` are folders in which `pg_restore` is looked for before those of usual installations.
    ///
    /// # Errors
    /// When it is missing, no backup, or damaged.
    pub fn read(path: &Path, version_table: &ObjectName, programs: &[PathBuf]) -> Result<Self, BackupError> {
        match kind(path)? {
            Dialect::Postgresql => postgres::read(path, version_table, programs),
            Dialect::Sqlite => sqlite::read(path, version_table),
        }
    }

    /// Tells whether the backup says that it was made of another database than one with this name.
    pub fn is_of_other_database(&self, name: &str) -> bool {
        match (&self.database, self.dialect) {
            (Some(database), Dialect::Postgresql) => database != name,
            // Here the name was written as files are named.
            (Some(database), Dialect::Sqlite) => *database != place::part(name),
            (None, _) => false,
        }
    }

    /// Makes sure that the backup can be restored into a database of this kind.
    ///
    /// # Errors
    /// [`BackupError::OtherKind`] when not.
    pub fn must_be_of(&self, dialect: Dialect, target: &str) -> Result<(), BackupError> {
        if self.dialect == dialect {
            return Ok(());
        }
        let target = target.to_owned();
        Err(BackupError::OtherKind { path: self.path.clone(), kind: self.dialect, target })
    }

    pub(super) fn damaged(path: &Path, cause: impl ToString) -> BackupError {
        BackupError::Damaged { path: path.to_owned(), cause: cause.to_string() }
    }
}

/// Tells by its first bytes what a file is.
fn kind(path: &Path) -> Result<Dialect, BackupError> {
    let mut first = Vec::new();
    File::open(path)
        .and_then(|file| file.take(SQLITE_MAGIC.len() as u64).read_to_end(&mut first))
        .map_err(|error| BackupError::Unreadable { path: path.to_owned(), cause: error.to_string() })?;
    if first.starts_with(POSTGRESQL_MAGIC) {
        Ok(Dialect::Postgresql)
    } else if first == SQLITE_MAGIC {
        Ok(Dialect::Sqlite)
    } else {
        Err(BackupError::NotABackup(path.to_owned()))
    }
}
