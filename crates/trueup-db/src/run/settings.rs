//! How a run behaves; every value has a default that suits a team without wishes.

use std::time::Duration;

use trueup_schema::ObjectName;

/// The `lock_timeout` of a session that has none of its own.
///
/// While an `ALTER TABLE` waits for its lock, every later query on the table waits behind it. Five seconds is what most
/// applications survive without an error, and with [`retry`](crate::Runner::retry) it is enough for a table in use.
pub const DEFAULT_LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a run waits for another run to finish, where nothing else is said.
pub const DEFAULT_WAIT: Duration = Duration::from_mins(1);

/// The usual name of the journal.
pub const JOURNAL_TABLE: &str = "trueup_journal";

/// How a [`Runner`](crate::Runner) behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSettings {
    /// Alembic's version table.
    pub version_table: ObjectName,
    /// Whether a version table that is created gets its primary key: Alembic's `version_table_pk`.
    pub version_table_primary_key: bool,
    /// How long a statement waits for a lock; zero is for ever. `None` leaves what role, database or address set, and
    /// is [`DEFAULT_LOCK_TIMEOUT`] where nothing is set. On SQLite the busy timeout of statements.
    pub lock_timeout: Option<Duration>,
    /// How long a statement may run; zero is for ever, `None` leaves what role, database or address set. SQLite has none.
    pub statement_timeout: Option<Duration>,
    /// How long to wait for another run; zero is not at all. On SQLite how long a transaction waits to begin and to
    /// commit, because its lock on the file is what keeps runs apart.
    pub wait: Duration,
    /// How often progress is told while a statement runs.
    pub progress_interval: Duration,
    /// The journal; `None` keeps none.
    pub journal: Option<JournalSettings>,
}

/// What the journal needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalSettings {
    /// Name of the table; on PostgreSQL it lies in the namespace of the version table.
    pub table: String,
    /// Who runs: `user@host`.
    pub who: String,
}

impl JournalSettings {
    /// Returns the usual table for somebody.
    pub fn of(who: impl Into<String>) -> Self {
        Self { table: JOURNAL_TABLE.to_owned(), who: who.into() }
    }
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            version_table: ObjectName::new("alembic_version"),
            version_table_primary_key: true,
            lock_timeout: None,
            statement_timeout: None,
            wait: DEFAULT_WAIT,
            progress_interval: Duration::from_secs(1),
            journal: None,
        }
    }
}
