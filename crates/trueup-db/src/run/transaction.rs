//! Transactions, and what makes a commit impossible.

use crate::run::postgres::has_ended;
use crate::run::{
    AfterCancel, ErrorClass, Notice, RunError, RunWait, Runner, Session, StatementError, words,
};

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Ended {
    /// It had ended before, by a `COMMIT` or `ROLLBACK` in a text that was executed. What came after it stays.
    pub already: bool,
    /// What the server said beside.
    pub notices: Vec<Notice>,
}

/// What is remembered of an open transaction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OpenTransaction {
    /// The last statement failed.
    pub(crate) failed: bool,
    /// A text may have ended it.
    ended_by_text: bool,
}

impl Runner {
    /// Tells whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// Begins a transaction.
    ///
    /// On SQLite it takes the lock for writing at once (`BEGIN IMMEDIATE`), so what is read in it, above all the
    /// [version rows](Self::version_rows), is changed by nobody else until it ends. `waiting` is called while somebody else
    /// has the lock; PostgreSQL never calls it.
    ///
    /// # Errors
    /// [`RunError::Locked`] when the lock was not free within [`RunSettings::wait`](crate::RunSettings::wait).
    pub fn begin(&mut self, waiting: &mut dyn FnMut(&RunWait)) -> Result<(), RunError> {
        if self.transaction.is_some() {
            return Err(RunError::Order("a transaction is open already"));
        }
        if self.cancel.is_requested() {
            return Err(self.cancelled());
        }
        match &mut self.session {
            Session::Postgresql(session) => {
                session.take_notices();
                session.ask("", |client| client.batch_execute("BEGIN"))?;
            }
            Session::Sqlite(session) => {
                session.control("BEGIN IMMEDIATE", self.settings.wait, &self.cancel, waiting)?;
            }
        }
        self.transaction = Some(OpenTransaction::default());
        self.journal.last_error = None;
        Ok(())
    }

    /// Makes everything since [`begin`](Self::begin) durable.
    ///
    /// # Errors
    /// Nothing is committed, and the transaction is rolled back, when a statement of it failed ([`RunError::Failed`]), when
    /// the run's lock was lost ([`RunError::LockLost`]), after a request to cancel, or when a deferred constraint is
    /// violated. Only after [`RunError::CommitUnknown`] it may be committed.
    pub fn commit(&mut self) -> Result<Ended, RunError> {
        let Some(transaction) = self.transaction else {
            return Err(RunError::Order("there is no open transaction to commit"));
        };
        if self.cancel.is_requested() {
            return Err(self.cancelled());
        }
        if !transaction.failed {
            self.journal_settle();
        }
        let result = self.commit_checked(transaction);
        if result.is_err() {
            let _ = self.rollback();
        }
        self.transaction = None;
        let ended = result?;
        self.durable += 1;
        self.journal_committed();
        Ok(ended)
    }

    fn commit_checked(&mut self, transaction: OpenTransaction) -> Result<Ended, RunError> {
        if transaction.failed {
            return Err(RunError::Failed { target: self.target.clone() });
        }
        // A session that ended before, unnoticed by a statement, has taken the transaction with it.
        if let Session::Postgresql(session) = &self.session
            && let Some(cause) = session.lost()
        {
            return Err(StatementError::own(ErrorClass::ConnectionLost, cause).into());
        }
        self.check_lock()?;
        match &mut self.session {
            Session::Postgresql(session) => {
                let committed = session.ask("", |client| client.batch_execute("COMMIT"));
                let notices = session.take_notices();
                match committed {
                    Ok(()) => Ok(Ended { already: has_ended(&notices), notices }),
                    Err(error) if error.class == ErrorClass::ConnectionLost => {
                        Err(RunError::CommitUnknown { target: self.target.clone(), cause: error.message })
                    }
                    Err(error) => Err(error.into()),
                }
            }
            Session::Sqlite(session) if !session.connection.is_autocommit() => {
                match session.control("COMMIT", self.settings.wait, &self.cancel, &mut |_| {}) {
                    Ok(()) => Ok(Ended::default()),
                    Err(RunError::Cancelled { .. }) => Err(self.cancelled()),
                    Err(error) => Err(error),
                }
            }
            Session::Sqlite(_) if transaction.ended_by_text => {
                Ok(Ended { already: true, notices: Vec::new() })
            }
            // Some failures roll back by themselves; what came before is gone.
            Session::Sqlite(_) => {
                let failed = || RunError::Failed { target: self.target.clone() };
                Err(self.journal.last_error.take().unwrap_or_else(failed))
            }
        }
    }

    /// Undoes everything since [`begin`](Self::begin); does nothing when no transaction is open.
    ///
    /// # Errors
    /// When the connection is lost; the server rolls back by itself then.
    pub fn rollback(&mut self) -> Result<Ended, RunError> {
        let Some(transaction) = self.transaction.take() else {
            return Ok(Ended { already: true, notices: Vec::new() });
        };
        self.journal_rolled_back();
        let was_open = match &mut self.session {
            Session::Postgresql(session) => session.rollback()?,
            Session::Sqlite(session) => session.rollback()? || !transaction.ended_by_text,
        };
        if !was_open {
            self.durable += 1;
        }
        Ok(Ended { already: !was_open, notices: Vec::new() })
    }

    /// Rolls back because somebody asked to stop, and says what became of the transaction.
    pub(crate) fn cancelled(&mut self) -> RunError {
        let was_open = self.transaction.is_some();
        let after = match self.rollback() {
            _ if self.is_lost() => AfterCancel::ConnectionLost,
            Ok(ended) if was_open && !ended.already => AfterCancel::RolledBack,
            Ok(_) => AfterCancel::NothingOpen,
            Err(_) => AfterCancel::ConnectionLost,
        };
        RunError::Cancelled { after }
    }

    /// What must hold before a statement may run; outside of a transaction it is a commit, too.
    pub(crate) fn before_statement(&mut self, sql: &str) -> Result<(), RunError> {
        let Some(transaction) = &mut self.transaction else {
            // Whatever becomes of it, it is not undone by a rollback.
            self.durable += 1;
            return self.check_lock();
        };
        let rolled_back = match &self.session {
            Session::Sqlite(session) => session.connection.is_autocommit() && !transaction.ended_by_text,
            Session::Postgresql(_) => false,
        };
        if rolled_back {
            transaction.failed = true;
            return Err(RunError::Failed { target: self.target.clone() });
        }
        if ends_transaction(sql) {
            transaction.ended_by_text = true;
            self.durable += 1;
            self.journal_settle();
        }
        Ok(())
    }

    /// A statement that succeeds shows that the transaction is usable: after a failure PostgreSQL lets only
    /// `ROLLBACK TO SAVEPOINT` succeed.
    pub(crate) fn statement_succeeded(&mut self) {
        if let Some(transaction) = &mut self.transaction {
            transaction.failed = false;
        }
    }

    fn is_lost(&self) -> bool {
        match &self.session {
            Session::Postgresql(session) => session.lost().is_some(),
            Session::Sqlite(_) => false,
        }
    }
}

/// Tells whether a text may end the transaction that it runs in.
fn ends_transaction(sql: &str) -> bool {
    words::statements(sql).iter().any(|words| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["ROLLBACK", "TO", ..] | ["ROLLBACK", "WORK" | "TRANSACTION", "TO", ..] => false,
            ["COMMIT" | "END" | "ROLLBACK" | "ABORT", ..] | ["PREPARE", "TRANSACTION", ..] => true,
            _ => false,
        }
    })
}
