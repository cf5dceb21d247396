//! Who ran what, when, how long and with which result.
//!
//! Rows are only added. One is written and committed before a revision runs, one when it ends: `done` inside of the
//! revision's own transaction, so that it is there exactly when the revision is; `failed` and `cancelled` outside of it. A
//! revision that has only its first row was killed.
//!
//! On PostgreSQL the rows outside of the transaction are written by the session beside the run, on SQLite before the
//! transaction begins and after it has ended. Keeping a journal never makes a run fail: what goes wrong is told once by
//! [`Runner::journal_problem`], and the run goes on without.

use std::mem;
use std::time::Instant;

use trueup_schema::ObjectName;

use crate::run::{JournalSettings, RunError, Runner, StatementError, backoff};

mod entry;
mod store;

pub use entry::{Direction, JournalEntry, JournalStep, Outcome};

/// The journal of one run.
pub(crate) struct Journal {
    settings: Option<JournalSettings>,
    run_id: String,
    state: State,
    problem: Option<String>,
    steps: Vec<OpenStep>,
    last_step: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nobody has looked yet whether there is a table.
    Unknown,
    Ready,
    /// There is none and there will be none.
    Off,
}

/// A revision that has begun and whose end is not durable yet.
struct OpenStep {
    step: i64,
    what: JournalStep,
    started_at: String,
    begun: Instant,
    end: End,
}

enum End {
    /// Not reached.
    Running,
    /// Written in the open transaction.
    Written,
    /// Reached, but could not be written in the transaction; is written after the commit.
    Due(Ending),
}

/// How a revision ended.
#[derive(Clone)]
struct Ending {
    outcome: Outcome,
    duration_ms: i64,
    message: Option<String>,
}

impl Journal {
    pub(crate) fn new(settings: Option<JournalSettings>) -> Self {
        let state = if settings.is_some() { State::Unknown } else { State::Off };
        let run_id = format!("{:016x}", backoff::random());
        Self { settings, run_id, state, problem: None, steps: Vec::new(), last_step: 0 }
    }

    fn give_up(&mut self, table: &ObjectName, cause: &str) {
        if self.state != State::Off {
            self.problem = Some(format!("the journal `{table}` is not kept: {cause}"));
            self.state = State::Off;
        }
    }
}

impl Runner {
    /// Returns what identifies this run in the journal.
    pub fn run_id(&self) -> &str {
        &self.journal.run_id
    }

    /// Returns why no journal is kept, once; `None` while it is kept or not wanted.
    pub fn journal_problem(&mut self) -> Option<String> {
        self.journal.problem.take()
    }

    /// Notes that a revision begins; on SQLite to be called before its transaction.
    pub fn journal_begin(&mut self, what: JournalStep) {
        if !self.journal_is_ready() {
            return;
        }
        self.journal.last_step += 1;
        let step = self.journal.last_step;
        match self.write_begin(step, &what) {
            Ok(started_at) => {
                let begun = Instant::now();
                self.journal.steps.push(OpenStep { step, what, started_at, begun, end: End::Running });
            }
            Err(error) => self.journal_failed_with(&error),
        }
    }

    /// Notes that a revision which has begun is done; in its transaction, where it has one.
    pub fn journal_done(&mut self, revision: &str, message: Option<&str>) {
        let running = |step: &OpenStep| step.what.revision == revision && matches!(step.end, End::Running);
        let Some(at) = self.journal.steps.iter().rposition(running) else { return };
        let step = self.journal.steps.remove(at);
        let ending = Ending::of(&step, Outcome::Done, message);
        if !self.in_transaction() {
            if let Err(error) = self.write_end(&step, &ending) {
                self.journal_failed_with(&error);
            }
            return;
        }
        let written = self.write_end_in_transaction(&step, &ending);
        let end = if written.is_ok() { End::Written } else { End::Due(ending) };
        self.journal.steps.insert(at, OpenStep { end, ..step });
    }

    /// Notes that every revision which has begun and is not durable ended otherwise; called after the rollback.
    pub fn journal_failed(&mut self, outcome: Outcome, message: &str) {
        for step in mem::take(&mut self.journal.steps) {
            let ending = Ending::of(&step, outcome, Some(message));
            if let Err(error) = self.write_end(&step, &ending) {
                self.journal_failed_with(&error);
                return;
            }
        }
    }

    /// Returns what the journal tells, oldest first; empty where there is none.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn journal(&mut self) -> Result<Vec<JournalEntry>, RunError> {
        let Some(table) = self.journal_table()? else { return Ok(Vec::new()) };
        self.read_journal(&table)
    }

    /// Returns the revisions that began and never ended: their run was killed or lost its connection, or is still running
    /// where the caller does not hold the [lock](Self::lock).
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn unfinished(&mut self) -> Result<Vec<JournalEntry>, RunError> {
        let mut entries = self.journal()?;
        entries.retain(|entry| entry.outcome == Outcome::Started);
        Ok(entries)
    }

    /// What was written in the transaction is durable now, and what could not be written there is due.
    pub(crate) fn journal_committed(&mut self) {
        for step in mem::take(&mut self.journal.steps) {
            match &step.end {
                End::Running => self.journal.steps.push(step),
                End::Written => {}
                End::Due(ending) => {
                    let ending = ending.clone();
                    if let Err(error) = self.write_end(&step, &ending) {
                        self.journal_failed_with(&error);
                    }
                }
            }
        }
    }

    /// What was done in the transaction is undone.
    pub(crate) fn journal_rolled_back(&mut self) {
        for step in &mut self.journal.steps {
            step.end = End::Running;
        }
    }

    /// Looks at the first call whether there is a table, and creates it.
    fn journal_is_ready(&mut self) -> bool {
        if self.journal.state == State::Unknown {
            match self.create_journal() {
                Ok(()) => self.journal.state = State::Ready,
                Err(error) => self.journal_failed_with(&error),
            }
        }
        self.journal.state == State::Ready
    }

    fn journal_failed_with(&mut self, error: &RunError) {
        let settings = self.journal.settings.as_ref();
        let table = self.version_table().sibling(settings.map_or("", |settings| &settings.table));
        self.journal.give_up(&table, &error.to_string());
        self.journal.steps.clear();
    }

    /// Returns the table's name in full; `None` where no journal is wanted.
    fn journal_table(&mut self) -> Result<Option<ObjectName>, RunError> {
        let Some(settings) = &self.journal.settings else { return Ok(None) };
        let name = settings.table.clone();
        let Some(side) = self.side()? else { return Ok(Some(ObjectName::new(name))) };
        match &side.namespace {
            Some(namespace) => Ok(Some(ObjectName { namespace: Some(namespace.clone()), name })),
            None => {
                let message = "no namespace of the search path exists";
                Err(StatementError::own(super::ErrorClass::Other, message).into())
            }
        }
    }
}

impl Ending {
    fn of(step: &OpenStep, outcome: Outcome, message: Option<&str>) -> Self {
        let duration_ms = i64::try_from(step.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        Self { outcome, duration_ms, message: message.map(str::to_owned) }
    }
}
