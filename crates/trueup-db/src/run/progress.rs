//! What a statement is doing while it runs.
//!
//! The statement runs on the thread of the caller. A second thread asks the session beside the run once in a while what the
//! statement waits for and how far it is, and tells the caller; on SQLite it only tells the time.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use postgres::Row;
use postgres::types::Type;

use crate::run::side::SideSession;
use crate::run::{SessionInfo, StatementError};

/// Called on another thread while a statement runs.
pub type ProgressCallback = Box<dyn FnMut(&Progress) + Send>;

/// What a statement is doing.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Progress {
    /// How long it has been running.
    pub elapsed: Duration,
    /// What the backend waits for, such as `Lock: relation` or `IO: DataFileRead`; `None` while it computes.
    pub waits_for: Option<String>,
    /// Who holds the lock that it waits for.
    pub blocked_by: Vec<SessionInfo>,
    /// How far the building of an index is.
    pub index: Option<IndexProgress>,
}

/// How far `CREATE INDEX` or `REINDEX` is.
///
/// Source: PostgreSQL 17 §27.4.4 "CREATE INDEX Progress Reporting", whose names these are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexProgress {
    /// The table.
    pub table: String,
    /// The phase, such as `building index: scanning table`.
    pub phase: String,
    /// Sessions that are waited for in this phase.
    pub lockers_total: i64,
    /// How many of them have finished.
    pub lockers_done: i64,
    /// Process id of the session that is waited for now.
    pub current_locker: Option<i32>,
    /// Blocks that are read in this phase.
    pub blocks_total: i64,
    /// How many of them are done.
    pub blocks_done: i64,
    /// Rows that are read in this phase.
    pub tuples_total: i64,
    /// How many of them are done.
    pub tuples_done: i64,
}

/// How a statement is watched.
pub(crate) struct Watch<'a> {
    pub(crate) side: Option<&'a mut SideSession>,
    /// The backend that runs the statement.
    pub(crate) pid: i32,
    pub(crate) callback: Option<&'a mut ProgressCallback>,
    /// When the first look is taken: before a waiting statement gives up.
    pub(crate) first: Duration,
    pub(crate) interval: Duration,
}

/// Runs something and watches it meanwhile; returns also who was last seen in its way.
pub(crate) fn watched<T>(watch: Watch<'_>, work: impl FnOnce() -> T) -> (T, Vec<SessionInfo>) {
    if watch.side.is_none() && watch.callback.is_none() {
        return (work(), Vec::new());
    }
    let end = End::default();
    thread::scope(|scope| {
        let watcher = scope.spawn(|| watch.until(&end));
        let result = {
            let _ended = Ended(&end);
            work()
        };
        // A callback that panicked has said so on its own thread.
        (result, watcher.join().unwrap_or_default())
    })
}

/// Tells the watching thread that the work has ended.
#[derive(Default)]
struct End {
    reached: Mutex<bool>,
    changed: Condvar,
}

/// Tells so however the work ends; the scope waits for the thread.
struct Ended<'a>(&'a End);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        *self.0.reached.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.changed.notify_all();
    }
}

impl End {
    /// Waits, and tells whether the end came meanwhile.
    fn within(&self, duration: Duration) -> bool {
        let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(reached, duration, |reached| !*reached);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Watch<'_> {
    fn until(mut self, end: &End) -> Vec<SessionInfo> {
        let begun = Instant::now();
        let mut pause = self.first;
        let mut last_seen = Vec::new();
        while !end.within(pause) {
            pause = self.interval;
            let seen = self.side.as_mut().and_then(|side| side.progress(self.pid).ok().flatten());
            let progress = Progress { elapsed: begun.elapsed(), ..seen.unwrap_or_default() };
            if let Some(callback) = self.callback.as_mut() {
                callback(&progress);
            }
            if !progress.blocked_by.is_empty() {
                last_seen = progress.blocked_by;
            }
        }
        last_seen
    }
}

impl SideSession {
    /// Returns what the statement of a backend is doing; `None` when it runs none.
    pub(crate) fn progress(&mut self, pid: i32) -> Result<Option<Progress>, Box<StatementError>> {
        let sql = "SELECT extract(epoch FROM clock_timestamp() - query_start)::float8, wait_event_type, wait_event \
                   FROM pg_stat_activity WHERE pid = $1 AND state = 'active'";
        let Some(row) = self.ask(|client| client.query_typed_opt(sql, &[(&pid, Type::INT4)]))? else {
            return Ok(None);
        };
        let elapsed: Option<f64> = row.get(0);
        let wait: (Option<String>, Option<String>) = (row.get(1), row.get(2));
        let blocked_by = if wait.0.as_deref() == Some("Lock") { self.blockers(pid)? } else { Vec::new() };
        Ok(Some(Progress {
            elapsed: Duration::try_from_secs_f64(elapsed.unwrap_or_default()).unwrap_or_default(),
            waits_for: wait.0.zip(wait.1).map(|(kind, event)| format!("{kind}: {event}")),
            blocked_by,
            index: self.index_progress(pid)?,
        }))
    }

    fn index_progress(&mut self, pid: i32) -> Result<Option<IndexProgress>, Box<StatementError>> {
        let sql = "SELECT relid::regclass::text, phase, lockers_total, lockers_done, nullif(current_locker_pid, 0)::int, \
                   blocks_total, blocks_done, tuples_total, tuples_done \
                   FROM pg_stat_progress_create_index WHERE pid = $1 AND phase IS NOT NULL";
        let row = self.ask(|client| client.query_typed_opt(sql, &[(&pid, Type::INT4)]))?;
        Ok(row.as_ref().map(IndexProgress::from_row))
    }
}

impl IndexProgress {
    fn from_row(row: &Row) -> Self {
        Self {
            table: row.get(0),
            phase: row.get(1),
            lockers_total: row.get(2),
            lockers_done: row.get(3),
            current_locker: row.get(4),
            blocks_total: row.get(5),
            blocks_done: row.get(6),
            tuples_total: row.get(7),
            tuples_done: row.get(8),
        }
    }
}
