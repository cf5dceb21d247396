//! Why a backup was not made or not brought back.

use std::fmt;
use std::path::PathBuf;

use trueup_schema::Dialect;

use crate::run::RunError;

/// Why a backup was not made or not brought back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A program of PostgreSQL is missing or too old.
    #[error("`{name}` of PostgreSQL {at_least} or later is needed, and {}", Found(.found))]
    Program {
        /// `pg_dump` or `pg_restore`.
        name: &'static str,
        /// The major version that it must have.
        at_least: u32,
        /// Those that are there, each with its major version.
        found: Vec<(PathBuf, u32)>,
    },
    /// The file cannot be opened.
    #[error("cannot read the backup `{}`: {cause}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// The file is something else.
    #[error(
        "`{}` is no backup: it is neither an archive of `pg_dump -Fc` nor an SQLite database",
        .0.display()
    )]
    NotABackup(PathBuf),
    /// The file is a backup of another kind of database.
    #[error("`{}` is a backup of {kind}, which cannot be restored into {target}", .path.display())]
    OtherKind {
        /// The file.
        path: PathBuf,
        /// What it is a backup of.
        kind: Dialect,
        /// The database, without its password.
        target: String,
    },
    /// The file is a backup that cannot be read to its end.
    #[error("the backup `{}` is damaged or not complete: {cause}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A step failed.
    #[error("{doing} failed: {cause}")]
    Failed {
        /// What was being done.
        doing: String,
        /// What the system or a program said.
        cause: String,
    },
    /// The database refused, or somebody cancelled.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl BackupError {
    pub(super) fn failed(doing: impl Into<String>, cause: impl fmt::Display) -> Self {
        Self::Failed { doing: doing.into(), cause: cause.to_string() }
    }
}

/// Programs that were found and do not do.
struct Found<'a>(&'a [(PathBuf, u32)]);

impl fmt::Display for Found<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("there is none on the PATH or beside a PostgreSQL installation");
        }
        let found = self.0.iter().map(|(path, major)| format!("`{}` is of {major}", path.display()));
        formatter.write_str(&found.collect::<Vec<_>>().join(", "))
    }
}
