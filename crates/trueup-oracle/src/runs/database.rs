//! The databases that both sides work on: a file of SQLite, or a database of the one server.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rusqlite::Connection;
use trueup_schema::Dialect;
use trueup_testkit::postgres::{Postgres, ScratchDatabase};

use super::state::State;
use super::{postgres, sqlite};

/// A database.
pub(super) enum Database {
    Sqlite(PathBuf),
    Postgresql(ScratchDatabase),
}

impl Database {
    /// Makes an empty database; a file of SQLite is not there before something writes to it.
    pub(super) fn new(dialect: Dialect, folder: &Path, name: &str) -> Result<Self> {
        if dialect.is_sqlite() {
            let file = folder.join(format!("{name}.db"));
            let _ = std::fs::remove_file(&file);
            return Ok(Self::Sqlite(file));
        }
        Ok(Self::Postgresql(Postgres::try_shared().map_err(anyhow::Error::msg)?.scratch_database()))
    }

    /// The address in SQLAlchemy's spelling.
    pub(super) fn url(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("sqlite:///{}", file.display()),
            Self::Postgresql(database) => {
                database.url().replacen("postgresql://", "postgresql+psycopg://", 1)
            }
        }
    }

    /// Returns all that is compared.
    pub(super) fn state(&self) -> Result<State> {
        match self {
            Self::Sqlite(file) if !file.exists() => Ok(State::default()),
            Self::Sqlite(file) => sqlite::state(&Connection::open(file)?),
            Self::Postgresql(database) => postgres::state(database),
        }
    }

    /// Returns statements that put a row into each of a table's columns that must have a value.
    pub(super) fn rows_to_insert(&self, seed: u64) -> Result<Vec<String>> {
        match self {
            Self::Sqlite(file) if !file.exists() => Ok(Vec::new()),
            Self::Sqlite(file) => sqlite::inserts(&Connection::open(file)?, seed),
            Self::Postgresql(database) => postgres::inserts(database, seed),
        }
    }

    /// Runs statements one by one; tells which were taken.
    pub(super) fn try_each(&self, statements: &[String]) -> Result<Vec<bool>> {
        match self {
            Self::Sqlite(file) => {
                let connection = Connection::open(file)?;
                Ok(statements.iter().map(|sql| connection.execute_batch(sql).is_ok()).collect())
            }
            Self::Postgresql(database) => {
                Ok(statements.iter().map(|sql| postgres::execute(database, sql).is_ok()).collect())
            }
        }
    }

    /// Runs a script; returns why it is refused.
    pub(super) fn run_script(&self, script: &str) -> Result<Option<String>> {
        match self {
            Self::Sqlite(file) => {
                Ok(Connection::open(file)?.execute_batch(script).err().map(|error| error.to_string()))
            }
            Self::Postgresql(database) => Ok(postgres::execute(database, script).err()),
        }
    }

    /// Makes this database what another one is; tells whether that is possible.
    pub(super) fn take_over(&self, other: &Self) -> Result<bool> {
        let (Self::Sqlite(own), Self::Sqlite(other)) = (self, other) else { return Ok(false) };
        if other.exists() {
            std::fs::copy(other, own).context("cannot copy a database")?;
        } else {
            let _ = std::fs::remove_file(own);
        }
        Ok(true)
    }

    /// Sets the sequences to where those of another database are: a failed run that was rolled back leaves them behind.
    pub(super) fn take_over_sequences(&self, other: &Self) -> Result<()> {
        match (self, other) {
            (Self::Postgresql(own), Self::Postgresql(other)) => postgres::take_over_sequences(own, other),
            _ => Ok(()),
        }
    }
}
