//! What a statement is doing while it runs.
//!
//! The statement runs on the thread of the caller. A second thread asks the session beside the run once in a while what the
//! statement waits for and how far it is, and tells the caller; on SQLite it only tells the time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
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

const SHORTEST_TICK: Duration = Duration::from_millis(1);

/// How a statement is watched.
pub(crate) struct Watch {
    /// The backend that runs the statement.
    pub(crate) pid: i32,
    /// When the first look is taken: before a waiting statement gives up.
    pub(crate) first: Duration,
    pub(crate) interval: Duration,
}

/// What a watched statement lends to the watching thread.
#[derive(Default)]
pub(crate) struct Lent {
    pub(crate) side: Option<Box<SideSession>>,
    pub(crate) callback: Option<ProgressCallback>,
}

/// The watching thread of a run.
///
/// It lives as long as the run, and while no statement takes long nobody waits for it or wakes it: it looks up by itself
/// from time to time. A thread per statement would cost more than many statements do.
#[derive(Default)]
pub(crate) struct Watcher {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The statement that is running.
    watched: Option<Watched>,
    /// The thread has taken what the statement lent, and looks.
    is_looking: bool,
    /// How long the thread sleeps while there is nothing to look at.
    tick: Duration,
    is_over: bool,
}

struct Watched {
    lent: Lent,
    pid: i32,
    begun: Instant,
    next: Instant,
    interval: Duration,
    last_seen: Vec<SessionInfo>,
}

impl Watcher {
    /// Runs something and watches it meanwhile; returns also who was last seen in its way. What was lent comes back.
    pub(crate) fn watched<T>(
        &mut self,
        watch: &Watch,
        lent: &mut Lent,
        work: impl FnOnce() -> T,
    ) -> (T, Vec<SessionInfo>) {
        if lent.side.is_none() && lent.callback.is_none() {
            return (work(), Vec::new());
        }
        self.begin(watch, std::mem::take(lent));
        let result = work();
        let (back, last_seen) = self.shared.end();
        *lent = back;
        (result, last_seen)
    }

    fn begin(&mut self, watch: &Watch, lent: Lent) {
        let begun = Instant::now();
        let Watch { pid, first, interval } = *watch;
        let watched = Watched { lent, pid, begun, next: begun + first, interval, last_seen: Vec::new() };
        let mut state = self.shared.state();
        state.watched = Some(watched);
        // A sleep that had begun a moment before still ends in time for the first look.
        let tick = (first / 2).max(SHORTEST_TICK);
        if state.tick != tick {
            state.tick = tick;
            self.shared.changed.notify_all();
        }
        drop(state);
        if self.thread.is_none() {
            let shared = Arc::clone(&self.shared);
            // Without a thread nothing is told, and the statement runs all the same.
            self.thread = thread::Builder::new().spawn(move || shared.watch()).ok();
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.shared.state().is_over = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes back what was lent, after a look that has begun.
    fn end(&self) -> (Lent, Vec<SessionInfo>) {
        let waited = self.changed.wait_while(self.state(), |state| state.is_looking);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        state.watched.take().map(|watched| (watched.lent, watched.last_seen)).unwrap_or_default()
    }

    /// What the thread does.
    fn watch(&self) {
        let mut state = self.state();
        while !state.is_over {
            let now = Instant::now();
            let due = state.watched.as_ref().map(|watched| watched.next.saturating_duration_since(now));
            if due == Some(Duration::ZERO)
                && let Some(mut watched) = state.watched.take()
            {
                state.is_looking = true;
                drop(state);
                watched.look();
                state = self.state();
                state.watched = Some(watched);
                state.is_looking = false;
                self.changed.notify_all();
                continue;
            }
            let pause = due.unwrap_or(state.tick);
            state = self.changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Watched {
    fn look(&mut self) {
        let Lent { side, callback } = &mut self.lent;
        let seen = side.as_mut().and_then(|side| side.progress(self.pid).ok().flatten());
        let progress = Progress { elapsed: self.begun.elapsed(), ..seen.unwrap_or_default() };
        if let Some(callback) = callback {
            // One that panics has said so on this thread; the session of the run must survive it.
            let _ = catch_unwind(AssertUnwindSafe(|| callback(&progress)));
        }
        if !progress.blocked_by.is_empty() {
            self.last_seen = progress.blocked_by;
        }
        self.next = Instant::now() + self.interval;
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
