//! Tries a transaction again that gave up waiting for a lock.

use std::time::{Duration, Instant};

use crate::run::backoff::Backoff;
use crate::run::{ErrorClass, RunError, Runner, StatementError};

/// How often and for how long something is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, the first included; one tries nothing again.
    pub attempts: u32,
    /// The first pause; each next one is twice as long and shortened by up to a half by chance.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// After this time no other attempt is begun.
    pub total: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 6,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
            total: Duration::from_mins(3),
        }
    }
}

/// Told before the pause that follows a failed attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryAttempt {
    /// The attempt that failed; the first is 1.
    pub attempt: u32,
    /// How many there may be.
    pub attempts: u32,
    /// How long the pause is.
    pub pause: Duration,
    /// Why it failed; names who held the lock where that was seen, which needs the run's [lock](Runner::lock).
    pub error: StatementError,
}

impl Runner {
    /// Does something in transactions of its own, and again when a lock was not granted in time or a deadlock was broken.
    ///
    /// It is tried again only while nothing of it can have become durable: no commit, no statement outside of a
    /// transaction (so no `CREATE INDEX CONCURRENTLY`), no text with a `COMMIT` of its own. What is open after a failure is
    /// rolled back.
    ///
    /// # Errors
    /// That of the last attempt.
    pub fn retry<T>(
        &mut self,
        policy: &RetryPolicy,
        notify: &mut dyn FnMut(&RetryAttempt),
        work: &mut dyn FnMut(&mut Self) -> Result<T, RunError>,
    ) -> Result<T, RunError> {
        if self.transaction.is_some() {
            return Err(RunError::Order("only whole transactions are tried again, and one is open"));
        }
        let begun = Instant::now();
        let durable = self.durable;
        let mut backoff = Backoff::new(policy.first_pause, policy.longest_pause);
        let mut attempt = 1;
        loop {
            let failure = match work(self) {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            let _ = self.rollback();
            let RunError::Statement(error) = failure else { return Err(failure) };
            let passes = matches!(error.class, ErrorClass::LockNotAvailable | ErrorClass::Deadlock);
            let over = attempt >= policy.attempts || begun.elapsed() >= policy.total;
            if !passes || over || self.durable != durable {
                return Err(RunError::Statement(error));
            }
            let pause = backoff.delay().min(policy.total.saturating_sub(begun.elapsed()));
            notify(&RetryAttempt { attempt, attempts: policy.attempts, pause, error: *error });
            if !self.cancel.sleep(pause) {
                return Err(self.cancelled());
            }
            attempt += 1;
        }
    }
}
