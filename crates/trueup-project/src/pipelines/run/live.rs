//! Revisions that hang on rows: evaluated while the database answers.
//!
//! The revision's own Python runs in the interpreter, inside of the transaction of the revision; what it sends before a
//! query is sent then, so that it sees its own changes. Where even that is not enough, everything is rolled back, and
//! somebody else has to run it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use jiff::Zoned;
use jiff::tz::TimeZone;
use trueup_alembic::replay::{Action, ScriptStep};
use trueup_alembic::{Live, LiveRows, LiveValue};
use trueup_db::{Cell as DatabaseCell, Outcome, RunError, Runner};
use trueup_schema::Origin;

use super::delegate::changed;
use super::online::{
    Online, failed_to_open, is_where_it_was, journal_step, moved_failure, refused_failure, unproven_failure,
    would_fail,
};
use super::plan::PlannedStep;
use super::script::{ScriptRunner, Stop};
use super::{DoneStep, Event, NotRun, RunFailure};

impl Online<'_, '_> {
    /// Runs a revision while the database answers its queries.
    ///
    /// Returns `false` where that is not enough; nothing of it stays then.
    pub(super) fn run_live(&mut self, step: &PlannedStep) -> Result<bool, NotRun> {
        let base = self.base()?;
        let (Some(schema), Some(with_rows)) = (base.schema, base.with_rows) else { return Ok(false) };
        (self.tell)(Event::Revision(step));
        let begun = Instant::now();
        let rows = self.begin(step).map_err(failed_to_open)?;
        let found = is_where_it_was(rows, &self.rows);
        if let Err(stop) = found {
            return Err(self.stopped(step, stop).into());
        }
        let database = Rc::new(LiveDatabase::new(self.runner.clone()));
        let replayed =
            self.project.prepared.run_on(step.revision, schema, step.way, with_rows, database.clone());
        let unknown = replayed.unproven.first().map(|found| (found.reason.clone(), found.origin.clone()));
        let live = replayed.script.iter().find_map(|step| match &step.action {
            Action::Live(reason) => Some((reason.clone(), step.origin.clone())),
            _ => None,
        });
        if let Some(stop) = database.stopped.take() {
            return Err(self.stopped(step, stop).into());
        }
        if let Some((reason, origin)) = unknown.or(live) {
            let was_open = self.runner.borrow_mut().rollback().map_err(failed_to_open)?;
            self.runner.borrow_mut().journal_failed(Outcome::Failed, &reason);
            if was_open.already || database.has_committed.get() {
                let failure = unproven_failure(step, &reason, &origin);
                return Err(failure.fact("a part of it is committed: it has an `autocommit_block()`").into());
            }
            return Ok(false);
        }
        if let Some(failure) = replayed.failures.first() {
            let told = would_fail(step, &failure.message, &failure.origin);
            return Err(self.ended(told).into());
        }
        let rest = replayed.script.get(replayed.sent..).unwrap_or_default();
        let finished = self.finish_live(step, rest, &database);
        if let Err(stop) = finished {
            return Err(self.stopped(step, stop).into());
        }
        self.rows = changed(std::mem::take(&mut self.rows), &step.changes);
        self.report.steps.push(DoneStep {
            id: step.id.clone(),
            way: step.way,
            duration: begun.elapsed(),
            statements: Some(database.statements.get()),
        });
        Ok(true)
    }

    /// Begins a revision and returns the rows that the version table has then.
    fn begin(&mut self, step: &PlannedStep) -> Result<Option<Vec<String>>, RunError> {
        let mut runner = self.runner.borrow_mut();
        runner.journal_begin([journal_step(step, "native")]);
        runner.begin(&mut |wait| (self.tell)(Event::Waiting(wait)))?;
        runner.ensured_version_rows()
    }

    fn finish_live(
        &mut self,
        step: &PlannedStep,
        rest: &[ScriptStep],
        database: &LiveDatabase,
    ) -> Result<(), Stop> {
        database.send_all(rest)?;
        let mut runner = self.runner.borrow_mut();
        let mut scripts = ScriptRunner::new(&mut runner);
        step.changes.iter().try_for_each(|change| scripts.record(change))?;
        runner.journal_done(&step.id, None);
        let refused = |error| Stop::Refused {
            error: Box::new(error),
            sql: Some("COMMIT".to_owned()),
            origin: Origin::none(),
        };
        runner.commit().map(|_| ()).map_err(refused)
    }

    /// Rolls back after a statement was refused, and says so.
    fn stopped(&mut self, step: &PlannedStep, stop: Stop) -> RunFailure {
        let failure = match stop {
            Stop::Refused { error, sql, origin } => refused_failure(step, &error, sql, &origin),
            Stop::Unproven { reason, origin } => unproven_failure(step, &reason, &origin),
            Stop::NotRebuilt { reason, origin } => would_fail(step, &reason, &origin),
            Stop::Moved { reason } => moved_failure(reason),
        };
        self.ended(failure)
    }

    fn ended(&mut self, failure: RunFailure) -> RunFailure {
        let mut runner = self.runner.borrow_mut();
        // A connection that is gone has rolled back by itself.
        let _ = runner.rollback();
        runner.journal_failed(Outcome::Failed, &failure.message);
        failure
    }
}

/// The database on which a revision is evaluated.
struct LiveDatabase {
    runner: Rc<RefCell<Runner>>,
    /// What stopped it; the revision's Python only sees an exception.
    stopped: RefCell<Option<Stop>>,
    statements: Cell<usize>,
    has_committed: Cell<bool>,
}

impl LiveDatabase {
    fn new(runner: Rc<RefCell<Runner>>) -> Self {
        Self {
            runner,
            stopped: RefCell::new(None),
            statements: Cell::new(0),
            has_committed: Cell::new(false),
        }
    }

    /// Sends steps; returns how many rows the last statement changed.
    fn send_all(&self, steps: &[ScriptStep]) -> Result<u64, Stop> {
        let mut runner = self.runner.borrow_mut();
        let mut scripts = ScriptRunner::new(&mut runner);
        for step in steps {
            if matches!(step.action, Action::Autocommit(_) | Action::Commit) {
                self.has_committed.set(true);
            }
            scripts.check_premises(std::slice::from_ref(step))?;
            // What is not known is seen at the end, and takes everything back.
            if !matches!(step.action, Action::Live(_)) {
                scripts.step(step)?;
            }
        }
        self.statements.set(self.statements.get() + scripts.statements);
        Ok(scripts.changed)
    }

    fn keep(&self, stop: Stop) -> String {
        let message = match &stop {
            Stop::Refused { error, .. } => error.to_string(),
            Stop::Unproven { reason, .. } | Stop::NotRebuilt { reason, .. } | Stop::Moved { reason } => {
                reason.clone()
            }
        };
        *self.stopped.borrow_mut() = Some(stop);
        message
    }
}

impl Live for LiveDatabase {
    fn query(&self, steps: &[ScriptStep], sql: &str) -> Result<LiveRows, String> {
        self.send_all(steps).map_err(|stop| self.keep(stop))?;
        self.statements.set(self.statements.get() + 1);
        let answer = self.runner.borrow_mut().query(sql);
        let rows = answer.map_err(|error| {
            self.keep(Stop::Refused {
                error: Box::new(error),
                sql: Some(sql.to_owned()),
                origin: Origin::none(),
            })
        })?;
        let keys = rows.first().map(|row| row.columns.to_vec()).unwrap_or_default();
        let rows = rows.into_iter().map(|row| row.cells.into_iter().map(value).collect());
        Ok(LiveRows { keys, rows: rows.collect() })
    }

    fn send(&self, steps: &[ScriptStep]) -> Result<u64, String> {
        self.send_all(steps).map_err(|stop| self.keep(stop))
    }

    fn now(&self) -> [[i128; 7]; 2] {
        let local = Zoned::now();
        let parts = |moment: &Zoned| {
            let microsecond = i128::from(moment.subsec_nanosecond() / 1_000);
            [
                i128::from(moment.year()),
                i128::from(moment.month()),
                i128::from(moment.day()),
                i128::from(moment.hour()),
                i128::from(moment.minute()),
                i128::from(moment.second()),
                microsecond,
            ]
        };
        [parts(&local.with_time_zone(TimeZone::UTC)), parts(&local)]
    }

    fn random(&self) -> [u8; 16] {
        // The standard library's hasher is seeded by the system; the clock and a counter make each call another value.
        use std::hash::{BuildHasher as _, Hasher as _, RandomState};
        let half = || {
            let mut hasher = RandomState::new().build_hasher();
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
            hasher.write_u128(now);
            hasher.finish().to_le_bytes()
        };
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&half());
        bytes[8..].copy_from_slice(&half());
        bytes
    }
}

fn value(cell: DatabaseCell) -> LiveValue {
    match cell {
        DatabaseCell::Null => LiveValue::Null,
        DatabaseCell::Bool(value) => LiveValue::Bool(value),
        DatabaseCell::Int(value) => LiveValue::Int(value),
        DatabaseCell::Float(value) => LiveValue::Float(value),
        DatabaseCell::Text(text) => LiveValue::Text(text),
        DatabaseCell::Bytes(bytes) => LiveValue::Bytes(bytes),
        DatabaseCell::Other { type_name, text } => LiveValue::Other(type_name, text),
    }
}
