//! Stops a run from another thread, such as the one that hears of Ctrl-C.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use postgres::{CancelToken, NoTls};
use rusqlite::InterruptHandle;

/// How long a request is repeated: one that arrives a moment before its statement begins is lost.
const PATIENCE: Duration = Duration::from_secs(5);
const REPEAT_AFTER: Duration = Duration::from_millis(100);

/// Cancels what a [`Runner`](crate::Runner) is doing; clones cancel the same run.
#[derive(Clone)]
pub struct CancelHandle {
    state: Arc<State>,
    reach: Reach,
}

#[derive(Clone)]
enum Reach {
    Postgresql(CancelToken),
    Sqlite(Arc<InterruptHandle>),
}

#[derive(Default)]
struct State {
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Default)]
struct Progress {
    requested: bool,
    running: bool,
}

impl CancelHandle {
    pub(crate) fn postgres(token: CancelToken) -> Self {
        Self { state: Arc::default(), reach: Reach::Postgresql(token) }
    }

    pub(crate) fn sqlite(handle: InterruptHandle) -> Self {
        Self { state: Arc::default(), reach: Reach::Sqlite(Arc::new(handle)) }
    }

    /// Asks the database to stop the statement that is running, and the runner to begin no other.
    ///
    /// Returns when the statement has ended, at the latest after five seconds. The runner then rolls the open transaction
    /// back and answers [`RunError::Cancelled`](crate::RunError::Cancelled). A commit that has begun is not stopped.
    ///
    /// # Errors
    /// When the server cannot be reached; the runner still begins no other statement.
    pub fn cancel(&self) -> Result<(), String> {
        let begun = Instant::now();
        let mut progress = self.progress();
        progress.requested = true;
        self.state.changed.notify_all();
        while progress.running && begun.elapsed() < PATIENCE {
            drop(progress);
            self.send()?;
            let still_running = |progress: &mut Progress| progress.running;
            let waited = self.state.changed.wait_timeout_while(self.progress(), REPEAT_AFTER, still_running);
            progress = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }

    /// Tells whether somebody asked to stop.
    pub fn is_requested(&self) -> bool {
        self.progress().requested
    }

    fn send(&self) -> Result<(), String> {
        match &self.reach {
            Reach::Postgresql(token) => {
                token.cancel_query(NoTls).map_err(|error| crate::error::postgres_cause(&error))
            }
            Reach::Sqlite(handle) => {
                handle.interrupt();
                Ok(())
            }
        }
    }

    /// Runs something that a request can stop; `None` when it was requested before.
    pub(crate) fn during<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let mut progress = self.progress();
        if progress.requested {
            return None;
        }
        progress.running = true;
        drop(progress);
        let running = Running(self);
        let result = work();
        drop(running);
        Some(result)
    }

    /// Waits, and tells whether the wait went to its end without a request to stop.
    pub(crate) fn sleep(&self, duration: Duration) -> bool {
        let not_requested = |progress: &mut Progress| !progress.requested;
        let waited = self.state.changed.wait_timeout_while(self.progress(), duration, not_requested);
        !waited.unwrap_or_else(PoisonError::into_inner).0.requested
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.state.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the mark away however the work ends.
struct Running<'a>(&'a CancelHandle);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut progress = self.0.progress();
        progress.running = false;
        // Nobody waits who has not asked to stop before.
        if progress.requested {
            self.0.state.changed.notify_all();
        }
    }
}

impl fmt::Debug for CancelHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CancelHandle")
            .field("requested", &self.is_requested())
            .finish_non_exhaustive()
    }
}
