//! Why a run cannot go on, and what that means for the database.

use std::fmt;
use std::time::Duration;

use crate::DbError;
use crate::run::{ErrorClass, SessionInfo, StatementError, VersionError};

/// Why something that was to be done on a database was not done.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] DbError),
    /// The database refused a statement.
    #[error(transparent)]
    Statement(#[from] Box<StatementError>),
    /// Somebody else is changing the database and did not finish in time.
    #[error("{target} is still locked by somebody else after {}{}", seconds(.waited), listed(.holders))]
    Locked {
        /// The database, without its password.
        target: String,
        /// Who holds the lock, where the database tells.
        holders: Vec<SessionInfo>,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The session that kept others out has ended, so somebody else may have begun; the open transaction was rolled back.
    #[error(
        "the lock on {target} was lost ({cause}), so nothing more is committed: somebody else may be changing it"
    )]
    LockLost {
        /// The database, without its password.
        target: String,
        /// What the server said.
        cause: String,
    },
    /// The run was cancelled.
    #[error("cancelled; {after}")]
    Cancelled {
        /// What became of the transaction.
        after: AfterCancel,
    },
    /// The connection ended while the commit was under way.
    #[error(
        "the connection to {target} was lost during the commit ({cause}): whether it took place must be looked up in the \
         version table"
    )]
    CommitUnknown {
        /// The database, without its password.
        target: String,
        /// What the server or the system said.
        cause: String,
    },
    /// A statement of the transaction failed, so there is nothing to commit; it was rolled back.
    #[error("a statement of the transaction on {target} failed, so it was rolled back instead of committed")]
    Failed {
        /// The database, without its password.
        target: String,
    },
    /// A row of the version table is not what the run expects.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// `CREATE INDEX CONCURRENTLY` did not succeed.
    #[error("the index `{index}` was not built: {cause}; {leftover}")]
    Index {
        /// Its name.
        index: String,
        /// Why.
        cause: Box<RunError>,
        /// What is left of it.
        leftover: Leftover,
    },
    /// Something was asked for in the wrong order; a mistake of the caller, not of the user.
    #[error("{0}")]
    Order(&'static str),
}

impl RunError {
    /// Returns what kind of failure it is, where a statement failed.
    pub fn class(&self) -> Option<ErrorClass> {
        match self {
            Self::Statement(error) => Some(error.class),
            Self::Index { cause, .. } => cause.class(),
            Self::Cancelled { .. } => Some(ErrorClass::Cancelled),
            Self::CommitUnknown { .. } => Some(ErrorClass::ConnectionLost),
            Self::Locked { .. } => Some(ErrorClass::LockNotAvailable),
            _ => None,
        }
    }
}

/// What became of the transaction when a run was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterCancel {
    /// It was rolled back: nothing of it is in the database.
    RolledBack,
    /// None was open: what ended before stays.
    NothingOpen,
    /// The connection is gone too; the server rolls back by itself.
    ConnectionLost,
}

/// What is left of an index that was not built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leftover {
    /// Nothing.
    Nothing,
    /// An invalid index that was dropped.
    Dropped,
    /// An invalid index that could not be dropped, and why.
    Remains(String),
}

impl fmt::Display for AfterCancel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::RolledBack => "the open transaction was rolled back and nothing of it is in the database",
            Self::NothingOpen => "no transaction was open and what was done before stays",
            Self::ConnectionLost => {
                "the connection is lost too and the server rolls the open transaction back"
            }
        })
    }
}

impl fmt::Display for Leftover {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("nothing of it is left"),
            Self::Dropped => formatter.write_str("its invalid rest was dropped"),
            Self::Remains(why) => write!(
                formatter,
                "an invalid index of this name may be left and must be dropped before the next attempt ({why})"
            ),
        }
    }
}

fn seconds(waited: &Duration) -> String {
    format!("{:.1} s", waited.as_secs_f64())
}

fn listed(holders: &[SessionInfo]) -> String {
    if holders.is_empty() {
        return String::new();
    }
    let names: Vec<String> = holders.iter().map(SessionInfo::to_string).collect();
    format!(": {}", names.join(", "))
}
