//! Database addresses in SQLAlchemy's spellings.
//!
//! Text and a base folder go in, an address with all of libpq's defaults resolved comes out. The environment is a
//! closure; nothing is opened here.
//!
//! Source of the grammar: SQLAlchemy 2.0 "Engine Configuration, Database URLs"; of the defaults: PostgreSQL 17 §32.15
//! "Environment Variables".

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use trueup_schema::Dialect;

use crate::UrlError;

mod parts;
mod postgres;
mod sqlite;

use parts::Parts;

/// The address of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A PostgreSQL server's database.
    Postgresql(PostgresAddress),
    /// An SQLite file.
    Sqlite(SqliteAddress),
}

/// Where a PostgreSQL database is and who connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresAddress {
    /// Hosts with their ports, tried in order; never empty.
    pub hosts: Vec<(Host, u16)>,
    /// Role.
    pub user: String,
    /// Password, if the address or the environment has one; else the password file is asked.
    pub password: Option<Secret>,
    /// Database name.
    pub database: String,
    /// How much encryption is asked for.
    pub tls: TlsMode,
    /// Command-line options for the server, such as `-c search_path=app`.
    pub options: Option<String>,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// The password file that is asked when there is no password.
    pub password_file: Option<PathBuf>,
}

/// A server's host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// Host name or IP address.
    Tcp(String),
    /// Folder of a Unix socket.
    Socket(PathBuf),
}

/// A text that neither `Display` nor `Debug` shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

/// libpq's `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// No encryption is needed: `disable`, `allow`, `prefer`.
    Optional,
    /// Encryption is demanded; the word that demands it.
    Demanded(&'static str),
}

/// Where an SQLite database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqliteAddress {
    /// A database that lives in memory only.
    Memory,
    /// A file, absolute or relative to the current folder.
    File {
        /// Path.
        path: PathBuf,
        /// `immutable=1`: nobody changes the file, so it is read without locks and without side files.
        immutable: bool,
    },
}

impl DatabaseUrl {
    /// Reads an address such as `postgresql+asyncpg://app@db/app` or `sqlite:///app.db`.
    ///
    /// `base` is the folder that relative SQLite paths start from, `environment` looks up a variable.
    ///
    /// # Errors
    /// When the dialect is not supported or a part makes no sense.
    pub fn parse(
        text: &str,
        base: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, UrlError> {
        let parts = Parts::split(text.trim())?;
        match Dialect::from_name(&parts.dialect) {
            Some(Dialect::Postgresql) => {
                PostgresAddress::from_parts(&parts, environment).map(Self::Postgresql)
            }
            Some(Dialect::Sqlite) => Ok(Self::Sqlite(SqliteAddress::from_parts(&parts, base))),
            None => Err(UrlError::Dialect(parts.dialect)),
        }
    }

    /// Returns the kind of database.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Postgresql(_) => Dialect::Postgresql,
            Self::Sqlite(_) => Dialect::Sqlite,
        }
    }
}

impl fmt::Display for DatabaseUrl {
    /// Writes the address for people; a password is three asterisks.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgresql(address) => address.fmt(formatter),
            Self::Sqlite(address) => address.fmt(formatter),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}
