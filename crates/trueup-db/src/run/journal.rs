//! Who ran what, when, how long and with which result.
//!
//! Rows are only added. One is written and committed before a revision runs, one when it ends: `done` inside of the
//! revision's own transaction, so that it is there exactly when the revision is; `failed` and `cancelled` outside of it. A
//! revision that has only its first row was killed.
//!
//! On PostgreSQL the rows outside of the transaction are written by the session beside the run, on SQLite before the
//! transaction begins and after it has ended. Each of these waits for the disk, so there are few: revisions of one
//! transaction begin with one statement, and the first row of the next transaction is written with the end of the one
//! before. Keeping a journal never makes a run fail: what goes wrong is told once by
//! [`Runner::journal_problem`], and the run goes on without.

use std::mem;
use std::time::Instant;

use trueup_schema::ObjectName;

use store::By;

use crate::run::{JournalSettings, RunError, Runner, Session, StatementError, backoff};

mod entry;
mod store;

pub use entry::{Direction, JournalEntry, JournalStep, Outcome};

/// The journal of one run.
pub(crate) struct Journal {
    settings: Option<JournalSettings>,
    run_id: String,
    state: State,
    problem: Option<String>,
    /// Why a row could not be written in the transaction: on SQLite a full disk ends the transaction itself.
    pub(crate) last_error: Option<RunError>,
    steps: Vec<OpenStep>,
    /// What begins when the open transaction is committed.
    next: Next,
    last_step: i64,
}

/// A revision whose first row belongs to the transaction before its own.
enum Next {
    None,
    Wanted(JournalStep),
    Written(OpenStep),
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
    /// Reached in the open transaction, and written before that ends.
    Reached(Ending),
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
    at: Instant,
    message: Option<String>,
}

impl Journal {
    pub(crate) fn new(settings: Option<JournalSettings>) -> Self {
        let state = if settings.is_some() { State::Unknown } else { State::Off };
        let run_id = format!("{:016x}", backoff::random());
        Self {
            settings,
            run_id,
            state,
            problem: None,
            last_error: None,
            steps: Vec::new(),
            next: Next::None,
            last_step: 0,
        }
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

    /// Notes that revisions begin, which run in one transaction; on SQLite to be called before that.
    pub fn journal_begin(&mut self, steps: impl IntoIterator<Item = JournalStep>) {
        let is_open = |what: &JournalStep| {
            self.journal.steps.iter().any(|open| open.what == *what && matches!(open.end, End::Running))
        };
        let steps: Vec<JournalStep> = steps.into_iter().filter(|what| !is_open(what)).collect();
        if steps.is_empty() || !self.journal_is_ready() {
            return;
        }
        match self.write_begin(By::Side, steps) {
            Ok(begun) => self.journal.steps.extend(begun),
            Err(error) => self.journal_failed_with(&error),
        }
    }

    /// Notes that a revision begins as soon as the open transaction is committed.
    ///
    /// Its first row is written in this transaction, which spares it one of its own.
    pub fn journal_next(&mut self, what: JournalStep) {
        if self.in_transaction() && self.journal.state == State::Ready {
            self.journal.next = Next::Wanted(what);
        }
    }

    /// Notes that a revision which has begun is done; where it has a transaction, the row is written when that ends.
    pub fn journal_done(&mut self, revision: &str, message: Option<&str>) {
        let in_transaction = self.in_transaction();
        let running = |step: &OpenStep| step.what.revision == revision && matches!(step.end, End::Running);
        let Some(at) = self.journal.steps.iter().rposition(running) else { return };
        let step = &mut self.journal.steps[at];
        let ending = Ending::of(step, Outcome::Done, message);
        if in_transaction {
            step.end = End::Reached(ending);
            return;
        }
        let step = self.journal.steps.remove(at);
        if let Err(error) = self.write_end(&step, &ending) {
            self.journal_failed_with(&error);
        }
    }

    /// Writes what has been reached in the open transaction, which is about to end.
    pub(crate) fn journal_settle(&mut self) {
        let reached = |step: &OpenStep| matches!(step.end, End::Reached(_));
        if self.journal.steps.iter().any(reached) {
            let mut steps = mem::take(&mut self.journal.steps);
            let written = self.write_ends_in_transaction(&steps);
            let is_written = written.is_ok();
            if let Err(error) = written {
                self.journal.last_error = Some(error);
            }
            for step in &mut steps {
                step.end = match mem::replace(&mut step.end, End::Running) {
                    End::Reached(_) if is_written => End::Written,
                    End::Reached(ending) => End::Due(ending),
                    other => other,
                };
            }
            self.journal.steps = steps;
        }
        if let Next::Wanted(what) = mem::replace(&mut self.journal.next, Next::None)
            && let Ok(Some(step)) = self.write_next_in_transaction(what)
        {
            self.journal.next = Next::Written(step);
        }
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
    /// Opens no second session where there is none yet.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn journal(&mut self) -> Result<Vec<JournalEntry>, RunError> {
        let is_alone = self.lent.side.is_none() && self.transaction.is_none();
        let table = match (&mut self.session, &self.journal.settings) {
            (Session::Postgresql(session), Some(settings)) if is_alone => {
                let version_table = &self.settings.version_table;
                let namespace = match &version_table.namespace {
                    Some(namespace) => Some(namespace.clone()),
                    None => session.namespace_of(version_table)?,
                };
                namespace.map(|name| ObjectName { namespace: Some(name), name: settings.table.clone() })
            }
            _ => self.journal_table()?,
        };
        let Some(table) = table else { return Ok(Vec::new()) };
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
        let next = mem::replace(&mut self.journal.next, Next::None);
        for step in mem::take(&mut self.journal.steps) {
            match &step.end {
                End::Running | End::Reached(_) => self.journal.steps.push(step),
                End::Written => {}
                End::Due(ending) => {
                    let ending = ending.clone();
                    if let Err(error) = self.write_end(&step, &ending) {
                        self.journal_failed_with(&error);
                    }
                }
            }
        }
        if let Next::Written(step) = next {
            self.journal.steps.push(OpenStep { begun: Instant::now(), ..step });
        }
    }

    /// What was done in the transaction is undone.
    pub(crate) fn journal_rolled_back(&mut self) {
        self.journal.next = Next::None;
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
        Self { outcome, duration_ms, at: Instant::now(), message: message.map(str::to_owned) }
    }
}
