//! One run at a time.
//!
//! On PostgreSQL an advisory lock, held by the session beside the run and released by the server when that session ends,
//! also when the process dies. On SQLite there is only the lock of the file: every transaction takes it when it begins and
//! reads the version rows again, so two runs cannot both apply a revision.

use std::time::Duration;

use crate::run::{RunError, Runner, SessionInfo};

/// Told while somebody else has the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunWait {
    /// How long it has been waited for.
    pub waited: Duration,
    /// How long it will be waited for at most.
    pub limit: Duration,
    /// Who has it, where the database tells.
    pub holders: Vec<SessionInfo>,
}

impl Runner {
    /// Keeps other runs on the same version table out until [`unlock`](Self::unlock) or the end of the process.
    ///
    /// Waits up to [`RunSettings::wait`](crate::RunSettings::wait) and calls `waiting` before each pause. On SQLite it only
    /// makes sure that the file can be written now.
    ///
    /// # Errors
    /// [`RunError::Locked`] names who has the lock.
    pub fn lock(&mut self, waiting: &mut dyn FnMut(&RunWait)) -> Result<(), RunError> {
        if self.transaction.is_some() {
            return Err(RunError::Order("the lock is taken before a transaction begins"));
        }
        if self.side()?.is_none() {
            self.begin(waiting)?;
            return self.rollback().map(|_| ());
        }
        let version_table = self.version_table().name.clone();
        let Self { lent, settings, cancel, .. } = self;
        let Some(side) = &mut lent.side else { return Ok(()) };
        side.lock(&version_table, settings.wait, cancel, waiting)
    }

    /// Lets other runs in again.
    ///
    /// # Errors
    /// When the session that holds the lock has ended; the lock has ended with it.
    pub fn unlock(&mut self) -> Result<(), RunError> {
        self.lent.side.as_mut().map_or(Ok(()), |side| side.unlock())
    }

    /// Makes sure that nobody else can have begun meanwhile; nothing to do where no lock was taken.
    pub(crate) fn check_lock(&mut self) -> Result<(), RunError> {
        self.lent.side.as_mut().map_or(Ok(()), |side| side.check_lock())
    }
}
