//! Changes a database: transactions, statements, the version table, the lock that keeps other runs out, the journal.
//!
//! A [`Runner`] is told what to execute and knows nothing of revisions or plans. Inside of a transaction a failure can be
//! rolled back; outside of one every statement stays. What a caller must decide (which statements belong into one
//! transaction, what is tried again) is left to it, what it could get wrong (a commit after a failure, after a request to
//! cancel, or without the lock) is refused here.
//!
//! Durability is left to the settings of the databases.

use std::collections::BTreeSet;
use std::time::Duration;

use trueup_schema::{Dialect, ObjectName, Schema};

use crate::inspect::{InspectOptions, ReadStatement};
use crate::{Database, DatabaseUrl};

mod backoff;
mod backup;
mod cancel;
mod error;
mod index;
mod journal;
mod lock;
mod postgres;
mod progress;
mod retry;
mod rows;
mod session_info;
mod settings;
mod side;
mod sqlite;
mod statement_error;
mod transaction;
mod transactionless;
mod version;
mod words;

pub use backup::{Backup, BackupError, BackupFile, BackupRequest, Restored, database_name};
pub use cancel::CancelHandle;
pub use error::{AfterCancel, Leftover, RunError};
pub use index::IndexBuilt;
pub use journal::{Direction, JournalEntry, JournalStep, Outcome};
pub use lock::RunWait;
pub use progress::{IndexProgress, Progress, ProgressCallback};
pub use retry::{RetryAttempt, RetryPolicy};
pub use rows::{Cell, Row};
pub use session_info::SessionInfo;
pub use settings::{DEFAULT_LOCK_TIMEOUT, DEFAULT_WAIT, JOURNAL_TABLE, JournalSettings, RunSettings};
pub use statement_error::{ErrorClass, Place, StatementError};
pub use transaction::Ended;
pub use transactionless::needs_no_transaction;
pub use version::{VersionError, VersionProblem};

use journal::Journal;
use postgres::PostgresSession;
use progress::{Lent, Watch, Watcher};
use side::SideSession;
use sqlite::SqliteSession;
use transaction::OpenTransaction;

/// A database that is being changed.
pub struct Runner {
    session: Session,
    /// The session beside the run, and who is told how a statement goes on.
    lent: Lent,
    watcher: Watcher,
    url: DatabaseUrl,
    target: String,
    settings: RunSettings,
    cancel: CancelHandle,
    transaction: Option<OpenTransaction>,
    /// How often something became durable, or may have: what can not be undone is not tried again.
    durable: u64,
    journal: Journal,
}

enum Session {
    Postgresql(Box<PostgresSession>),
    Sqlite(SqliteSession),
}

/// What a statement did.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Executed {
    /// Rows that were changed, or answered by a query; the sum where the text has several statements.
    pub rows_affected: u64,
    /// What the server said beside.
    pub notices: Vec<Notice>,
}

/// A notice or warning of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// `NOTICE`, `WARNING`, `INFO`, in the server's language.
    pub severity: String,
    /// SQLSTATE.
    pub code: String,
    /// The sentence.
    pub message: String,
    /// More about it.
    pub detail: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl Runner {
    /// Opens a database for changing it.
    ///
    /// An SQLite file that does not exist is created, its folder is not.
    ///
    /// # Errors
    /// [`RunError::Open`] when it cannot be reached, or is no database that can be changed.
    pub fn open(url: &DatabaseUrl, settings: RunSettings) -> Result<Self, RunError> {
        let (session, target, cancel) = match url {
            DatabaseUrl::Postgresql(address) => {
                let session = PostgresSession::open(address, &settings)?;
                let cancel = CancelHandle::postgres(session.client.cancel_token());
                (Session::Postgresql(Box::new(session)), address.target(), cancel)
            }
            DatabaseUrl::Sqlite(address) => {
                let session = SqliteSession::open(address, &settings)?;
                let cancel = CancelHandle::sqlite(session.connection.get_interrupt_handle());
                (Session::Sqlite(session), address.target(), cancel)
            }
        };
        Ok(Self {
            session,
            lent: Lent::default(),
            watcher: Watcher::default(),
            url: url.clone(),
            target,
            journal: Journal::new(settings.journal.clone()),
            settings,
            cancel,
            transaction: None,
            durable: 0,
        })
    }

    /// Returns the kind of database.
    pub fn dialect(&self) -> Dialect {
        self.url.dialect()
    }

    /// Returns the database in words, without its password.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Returns the process id of the backend that runs the statements; SQLite has none.
    pub fn backend_pid(&self) -> Option<i32> {
        match &self.session {
            Session::Postgresql(session) => Some(session.pid),
            Session::Sqlite(_) => None,
        }
    }

    /// Returns a way to stop the run from another thread.
    pub fn cancel_handle(&self) -> CancelHandle {
        self.cancel.clone()
    }

    /// Lets something be called from time to time while a statement runs, on another thread.
    pub fn on_progress(&mut self, callback: Option<ProgressCallback>) {
        self.lent.callback = callback;
    }

    /// Returns what the statement of a PostgreSQL backend is doing; `None` when it runs none, and on SQLite.
    ///
    /// # Errors
    /// When the session beside the run cannot be opened or has ended.
    pub fn progress(&mut self, pid: i32) -> Result<Option<Progress>, RunError> {
        match self.side()? {
            Some(side) => Ok(side.progress(pid)?),
            None => Ok(None),
        }
    }

    /// Runs a text: one statement or, where it has several, one after the other.
    ///
    /// Outside of a transaction what succeeds stays. PostgreSQL runs the statements of one text as one transaction,
    /// SQLite runs each by itself. Statements that [need no transaction](needs_no_transaction) run without `lock_timeout`:
    /// `CREATE INDEX CONCURRENTLY` waits for other transactions by design, and giving up leaves an invalid index.
    ///
    /// # Errors
    /// [`RunError::Statement`] when the database refuses it; a transaction can then only be rolled back, as PostgreSQL has
    /// it, unless a later statement succeeds (`ROLLBACK TO SAVEPOINT`). [`RunError::Cancelled`] after a request to cancel.
    pub fn execute(&mut self, sql: &str) -> Result<Executed, RunError> {
        self.before_statement(sql)?;
        let without_limit = self.transaction.is_none() && needs_no_transaction(self.dialect(), sql);
        self.statement(|session| match session {
            Session::Postgresql(session) if without_limit => {
                session.with_lock_timeout(Duration::ZERO, |session| session.execute(sql))?
            }
            Session::Postgresql(session) => session.execute(sql),
            Session::Sqlite(session) => session.execute(sql),
        })
    }

    /// Runs one query and returns its rows; all of them are kept in memory.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub fn query(&mut self, sql: &str) -> Result<Vec<Row>, RunError> {
        self.before_statement(sql)?;
        self.statement(|session| match session {
            Session::Postgresql(session) => session.query(sql),
            Session::Sqlite(session) => session.query(sql),
        })
    }

    /// Reads the whole schema and which tables have rows, as a session sees them that has only just begun.
    ///
    /// Asked by the session beside the run, which spares a connection; on SQLite the file is opened once more, for reading.
    ///
    /// # Errors
    /// [`RunError::Open`] when the database cannot be read.
    pub fn inspect(
        &mut self,
        options: &InspectOptions,
        read_statement: ReadStatement<'_>,
    ) -> Result<(Schema, BTreeSet<ObjectName>), RunError> {
        if let Some(side) = self.side()? {
            return side.inspect(options).map_err(RunError::Open);
        }
        let read = Database::connect(&self.url).and_then(|mut database| {
            let schema = database.inspect(options, read_statement)?.schema;
            let with_rows = database.tables_with_rows(&schema)?;
            Ok((schema, with_rows))
        });
        read.map_err(RunError::Open)
    }

    /// Runs something that a request to cancel stops, watches it, and remembers whether it failed.
    fn statement<T>(
        &mut self,
        work: impl FnOnce(&mut Session) -> Result<T, Box<StatementError>>,
    ) -> Result<T, RunError> {
        let Self { session, lent, watcher, cancel, settings, .. } = self;
        let (pid, lock_timeout) = match session {
            Session::Postgresql(session) => (session.pid, session.lock_timeout),
            Session::Sqlite(_) => (0, settings.progress_interval * 2),
        };
        let interval = settings.progress_interval;
        let first = if lock_timeout.is_zero() { interval } else { interval.min(lock_timeout / 2) };
        let watch = Watch { pid, first, interval };
        let Some((result, blocked_by)) = cancel.during(|| watcher.watched(&watch, lent, || work(session)))
        else {
            return Err(self.cancelled());
        };
        let error = match result {
            Ok(value) => {
                self.statement_succeeded();
                return Ok(value);
            }
            Err(error) => error,
        };
        if error.class == ErrorClass::Cancelled && self.cancel.is_requested() {
            return Err(self.cancelled());
        }
        if let Some(transaction) = &mut self.transaction {
            transaction.failed = true;
        }
        let waited = matches!(
            error.class,
            ErrorClass::LockNotAvailable | ErrorClass::Cancelled | ErrorClass::Deadlock
        );
        let blocked_by = if waited { blocked_by } else { Vec::new() };
        Err(RunError::Statement(Box::new(StatementError { blocked_by, ..*error })))
    }

    /// Returns the session beside the run, opened at the first call; SQLite has none.
    fn side(&mut self) -> Result<Option<&mut SideSession>, RunError> {
        let DatabaseUrl::Postgresql(address) = &self.url else { return Ok(None) };
        if self.lent.side.as_ref().is_none_or(|side| side.is_spent()) {
            self.lent.side = Some(Box::new(SideSession::open(address, &self.settings.version_table)?));
        }
        Ok(self.lent.side.as_deref_mut())
    }

    fn version_table(&self) -> &ObjectName {
        &self.settings.version_table
    }
}
