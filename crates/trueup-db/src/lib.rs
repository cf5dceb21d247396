//! Everything that talks to a database: addresses, connections, inspection, changes.
//!
//! A [`DatabaseUrl`] is what a user or a configuration file wrote; [`Database::connect`] opens it for reading;
//! [`Database::inspect`] turns the catalog into a [`Schema`](trueup_schema::Schema) in one read-only snapshot, together
//! with the revisions that Alembic's version table records. Neither changes a database or creates a file: only a [`Runner`]
//! does, which executes what it is told and keeps other runs out meanwhile.
//!
//! ```no_run
//! use trueup_db::{Database, DatabaseUrl, InspectOptions};
//!
//! let url = DatabaseUrl::parse("postgresql+psycopg2://app@localhost/app", ".".as_ref(), &|name| std::env::var(name).ok())?;
//! let inspection = Database::connect(&url)?.inspect(&InspectOptions::default(), &|_| Err("PostgreSQL needs no reader".into()))?;
//! println!("{} tables", inspection.schema.tables.len());
//! # Ok::<(), trueup_db::DbError>(())
//! ```
//!
//! The environment is never read here: callers hand in a closure, so the tests need no global state.

mod connect;
mod error;
pub mod inspect;
mod passfile;
mod run;
mod url;
mod version_table;

pub use connect::{Database, StoredObject};
pub use error::{DbError, UrlError};
pub use inspect::{InspectOptions, Inspection, Namespaces, ReadStatement};
pub use run::{
    AfterCancel, Backup, BackupError, BackupFile, BackupRequest, CancelHandle, Cell, DEFAULT_LOCK_TIMEOUT,
    DEFAULT_WAIT, Direction, Ended, ErrorClass, Executed, IndexBuilt, IndexProgress, JOURNAL_TABLE,
    JournalEntry, JournalSettings, JournalStep, Leftover, Notice, Outcome, Place, Progress, ProgressCallback,
    Restored, RetryAttempt, RetryPolicy, Row, RunError, RunSettings, RunWait, Runner, SessionInfo,
    StatementError, VersionError, VersionProblem, database_name, needs_no_transaction,
};
pub use url::{DatabaseUrl, Host, PostgresAddress, Secret, SqliteAddress, TlsMode};
