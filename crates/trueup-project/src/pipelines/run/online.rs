//! Running revisions on a database.
//!
//! Everything is planned on the schema that the database has, read after the run's lock is held. What the text does not
//! prove goes to the project's own Python one revision at a time, and the rest is planned anew on what that has left.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Instant;

use trueup_alembic::replay::Way;
use trueup_db::{
    Direction, ErrorClass, JournalEntry, JournalSettings, JournalStep, Outcome, RetryPolicy, RunError,
    RunSettings, Runner,
};
use trueup_schema::Origin;
use trueup_schema::revision::VersionRows;

use super::delegate::changed;
use super::known::{applied_rows, base_of, inspected, last, nothing_to_do, schema_of, tell_edited, unended};
use super::plan::{Base, Obstacle, Plan, PlannedStep};
use super::script::{ScriptRunner, Stop};
use super::{
    DoneStep, DryRun, Event, FailedStatement, NotRun, Project, RunEngine, RunFailure, RunFailureKind,
    RunReport, RunRequest, Tell, backup, delegate, offline, with_project,
};
use crate::config::Configuration;
use crate::pipelines::check::drift::{read_sqlite, with_causes};
use crate::pipelines::target::Target;

/// How often a run is planned anew because somebody else has moved the database.
const MOVES: usize = 100;

/// Statements that a failure shows of those which stay.
pub(super) const SHOWN_KEPT: usize = 5;

/// Runs the revisions between what the database has applied and a target.
///
/// # Errors
/// When nothing could be run, or a revision failed; what was done before is in the failure.
pub fn run(
    configuration: &Configuration,
    request: &RunRequest,
    identifier: &str,
    way: Way,
    tell: Tell<'_>,
) -> Result<RunReport, NotRun> {
    with_project(configuration, request, |project, target| {
        let primary_key = project.environment.version_table_primary_key;
        let mut runner = open(target, request, primary_key, tell).map_err(|error| on(target, error))?;
        if let Some(report) = nothing_to_do(project, target, &mut runner, identifier, way, tell) {
            return Ok(report);
        }
        let mut online = Online::lock(project, target, request, runner, tell)?;
        let result = online.go(identifier, way);
        online.finish(result)
    })
}

/// Plans a run on the database as it is, and changes nothing.
///
/// # Errors
/// When the database cannot be read, or the identifier names nothing.
pub fn dry_run(
    configuration: &Configuration,
    request: &RunRequest,
    identifier: &str,
    way: Way,
) -> Result<DryRun, NotRun> {
    with_project(configuration, request, |project, target| {
        let rows = applied_rows(target)?;
        let applied = project.prepared.graph.applied(&rows)?;
        let revisions = steps(project, identifier, way, &applied)?;
        let plan =
            Plan::make(&project.prepared, &revisions, way, &VersionRows::new(&applied), base_of(target)?);
        let sql = offline::plan_text(project, &target.version_table, &plan, rows.is_empty())?;
        Ok(DryRun { database: target.url.to_string(), rows, plan, sql })
    })
}

/// Creates the version table where it is missing.
///
/// # Errors
/// When the database refuses it.
pub fn ensure_version(
    configuration: &Configuration,
    request: &RunRequest,
    tell: Tell<'_>,
) -> Result<RunReport, NotRun> {
    with_project(configuration, request, |project, target| {
        let mut online = Online::open(project, target, request, tell)?;
        let result = online.ensure_version_table();
        online.finish(result)
    })
}

pub(super) fn steps(
    project: &Project<'_>,
    identifier: &str,
    way: Way,
    applied: &[usize],
) -> Result<Vec<usize>, NotRun> {
    let graph = &project.prepared.graph;
    Ok(match way {
        Way::Up => graph.upgrade_steps(identifier, applied)?,
        Way::Down => graph.downgrade_steps(identifier, applied)?,
    })
}

/// Opens a database for writing and keeps other runs out.
pub(super) fn open_locked(
    target: &Target,
    request: &RunRequest,
    version_table_primary_key: bool,
    tell: Tell<'_>,
) -> Result<Runner, NotRun> {
    let mut runner = open(target, request, version_table_primary_key, tell)?;
    lock(&mut runner, tell)?;
    Ok(runner)
}

fn lock(runner: &mut Runner, tell: Tell<'_>) -> Result<(), NotRun> {
    runner.lock(&mut |wait| tell(Event::Waiting(wait))).map_err(failed_to_open)
}

/// Opens a database for writing.
fn open(
    target: &Target,
    request: &RunRequest,
    version_table_primary_key: bool,
    tell: Tell<'_>,
) -> Result<Runner, NotRun> {
    let defaults = RunSettings::default();
    let settings = RunSettings {
        version_table: target.version_table.clone(),
        version_table_primary_key,
        lock_timeout: request.lock_timeout,
        statement_timeout: request.statement_timeout,
        wait: request.wait.unwrap_or(defaults.wait),
        journal: request.journal.then(|| JournalSettings::of(request.who.as_str())),
        ..defaults
    };
    let mut runner = Runner::open(&target.url, settings).map_err(failed_to_open)?;
    tell(Event::Opened(runner.cancel_handle()));
    runner.on_progress(request.on_progress.map(|tell| -> trueup_db::ProgressCallback { Box::new(tell) }));
    Ok(runner)
}

/// An open database on which revisions run.
pub(super) struct Online<'a, 't> {
    pub(super) project: &'a Project<'a>,
    pub(super) target: &'a Target,
    pub(super) request: &'a RunRequest,
    pub(super) runner: Rc<RefCell<Runner>>,
    pub(super) tell: Tell<'t>,
    pub(super) report: RunReport,
    /// The rows that the version table has where everything went as planned, sorted.
    pub(super) rows: Vec<String>,
    /// What the journal told last of each revision, before this run.
    attempted: Vec<JournalEntry>,
}

impl<'a, 't> Online<'a, 't> {
    /// Opens the database for writing and keeps other runs out.
    pub(super) fn open(
        project: &'a Project<'a>,
        target: &'a Target,
        request: &'a RunRequest,
        tell: Tell<'t>,
    ) -> Result<Self, NotRun> {
        let primary_key = project.environment.version_table_primary_key;
        let runner = open(target, request, primary_key, tell).map_err(|error| on(target, error))?;
        Self::lock(project, target, request, runner, tell)
    }

    /// Keeps other runs out of an open database.
    fn lock(
        project: &'a Project<'a>,
        target: &'a Target,
        request: &'a RunRequest,
        mut runner: Runner,
        tell: Tell<'t>,
    ) -> Result<Self, NotRun> {
        let failed = |error| on(target, failed_to_open(error));
        lock(&mut runner, tell).map_err(|error| on(target, error))?;
        let before = runner.version_rows().map_err(failed)?.unwrap_or_default();
        let rows = changed(before.clone(), &[]);
        let report = RunReport { database: target.url.to_string(), before, ..RunReport::default() };
        let runner = Rc::new(RefCell::new(runner));
        Ok(Self { project, target, request, runner, tell, report, rows, attempted: Vec::new() })
    }

    /// Adds to a failure what is true of the database now.
    pub(super) fn finish(mut self, result: Result<(), NotRun>) -> Result<RunReport, NotRun> {
        let _ = self.runner.borrow_mut().rollback();
        if let Some(problem) = self.runner.borrow_mut().journal_problem() {
            (self.tell)(Event::Note(problem));
        }
        let rows = self.runner.borrow_mut().version_rows();
        if let Ok(rows) = &rows {
            self.report.after = rows.clone().unwrap_or_default();
        }
        match result {
            Ok(()) => rows.map(|_| self.report).map_err(failed_to_open),
            Err(NotRun::Failed(mut failure)) => {
                failure.facts.push(match &rows {
                    Ok(_) => position(&self.report),
                    Err(error) => format!("where the database is now could not be asked: {error}"),
                });
                if let Some(backup) = &self.report.backup {
                    let path = backup.path.display();
                    failure.facts.push(format!("the backup from before the run is `{path}`"));
                }
                if rows.is_err() {
                    failure.hints.push(
                        "`trueup current` tells where the database is; the same command again goes on from there"
                            .to_owned(),
                    );
                }
                failure.report = self.report;
                Err(NotRun::Failed(failure))
            }
            Err(other) => Err(other),
        }
    }

    /// Goes where the identifier says, and plans anew when somebody else has moved the database meanwhile.
    ///
    /// On SQLite runs keep each other out for one revision at a time. Where the identifier counts from where the database
    /// is, nobody knows any more what is meant.
    fn go(&mut self, identifier: &str, way: Way) -> Result<(), NotRun> {
        self.tell_journal();
        for _ in 0..MOVES {
            match self.go_from_here(identifier, way) {
                Err(_) if !is_relative(identifier) && self.has_been_moved() => {
                    let at = listed(&self.rows);
                    (self.tell)(Event::Note(format!(
                        "somebody else has brought the database to {at} meanwhile"
                    )));
                }
                result => return result,
            }
        }
        self.go_from_here(identifier, way)
    }

    /// Tells whether the version table has other rows than this run has left, and takes them over.
    fn has_been_moved(&mut self) -> bool {
        let mut runner = self.runner.borrow_mut();
        // What failed may have left a transaction; where it cannot be ended, nothing can be read either.
        let _ = runner.rollback();
        let Ok(rows) = runner.version_rows() else { return false };
        let rows = changed(rows.unwrap_or_default(), &[]);
        let has_moved = rows != self.rows;
        self.rows = rows;
        has_moved
    }

    fn go_from_here(&mut self, identifier: &str, way: Way) -> Result<(), NotRun> {
        let rows = self.rows.clone();
        let applied = self.project.prepared.graph.applied(&rows)?;
        let mut remaining = steps(self.project, identifier, way, &applied)?;
        if remaining.is_empty() && rows.is_empty() {
            return self.ensure_version_table();
        }
        let mut rows = VersionRows::new(&applied);
        let mut is_first = true;
        while !remaining.is_empty() {
            let plan = self.plan(&remaining, way, &rows)?;
            if std::mem::take(&mut is_first) {
                self.refuse(&plan)?;
                backup::before_run(self, way)?;
            }
            let is_native = |step: &&PlannedStep| step.obstacle.is_none() && !self.delegates_all();
            let native = plan.steps.iter().take_while(is_native).count();
            self.run_native(&plan.steps[..native])?;
            // The plan has tables rebuilt as Alembic rebuilds them. What was done keeps more, so that a step which fails
            // by the plan is planned again on the real schema first.
            let is_stale =
                |step: &&PlannedStep| native > 0 && matches!(step.obstacle, Some(Obstacle::Fails { .. }));
            let other = plan.steps.get(native).filter(|step| !is_stale(step));
            if let Some(step) = other {
                self.run_other(step)?;
            }
            for revision in remaining.drain(..native + usize::from(other.is_some())) {
                match way {
                    Way::Up => rows.upgraded(&self.project.prepared.graph, revision),
                    Way::Down => rows.downgraded(&self.project.prepared.graph, revision),
                };
            }
        }
        Ok(())
    }

    /// Tells what the journal knows and whoever runs revisions should know: runs that never ended, files that were edited
    /// after they ran.
    fn tell_journal(&mut self) {
        // Without a journal there is nothing to tell, and a run does not depend on it.
        let entries = self.runner.borrow_mut().journal().unwrap_or_default();
        tell_edited(self.project, &entries, self.tell);
        let mut runs: BTreeMap<String, Vec<&JournalEntry>> = BTreeMap::new();
        for entry in unended(&entries) {
            runs.entry(entry.run_id.clone()).or_default().push(entry);
        }
        for mut entries in runs.into_values() {
            entries.sort_by_key(|entry| entry.step);
            let revisions: Vec<String> = entries.iter().map(|entry| entry.what.revision.clone()).collect();
            let Some(first) = entries.first() else { continue };
            (self.tell)(Event::Note(format!(
                "an earlier run of {} by {} began at {} and never ended; what it had not committed was rolled back",
                listed(&revisions),
                first.who,
                first.started_at
            )));
        }
        self.attempted = last(&entries).into_values().cloned().collect();
    }

    fn plan(&self, revisions: &[usize], way: Way, rows: &VersionRows) -> Result<Plan, NotRun> {
        let attempted = revisions.first().is_some_and(|first| self.was_attempted(*first, way));
        let base = Base { attempted, ..self.base()? };
        Ok(Plan::make(&self.project.prepared, revisions, way, rows, base))
    }

    /// Returns what the database has, and which tables have rows.
    pub(super) fn base(&self) -> Result<Base, NotRun> {
        let read = self.runner.borrow_mut().inspect(&inspected(self.target), &read_sqlite);
        match read {
            Ok((schema, with_rows)) => {
                Ok(Base { schema: Some(schema), with_rows: Some(with_rows), attempted: false })
            }
            Err(RunError::Open(error)) => {
                Err(RunFailure::new(RunFailureKind::Environment, with_causes(&error)).into())
            }
            Err(error) => Err(failed_to_open(error)),
        }
    }

    /// Tells whether the last that the journal knows of a revision is an attempt to run it this way that did not succeed.
    ///
    /// Its file may have been mended since.
    fn was_attempted(&self, revision: usize, way: Way) -> bool {
        let id = self.project.prepared.graph.id(revision);
        self.attempted.iter().any(|entry| {
            entry.what.revision == id
                && entry.what.direction == direction(way)
                && entry.outcome != Outcome::Done
        })
    }

    fn delegates_all(&self) -> bool {
        self.request.engine == RunEngine::Alembic
            || (self.request.engine == RunEngine::Auto && self.project.environment.obstacle.is_some())
    }

    /// Refuses a run of which it is known beforehand that it will not reach its end.
    fn refuse(&self, plan: &Plan) -> Result<(), NotRun> {
        if self.request.engine == RunEngine::Native
            && let Some(obstacle) = &self.project.environment.obstacle
        {
            return Err(RunFailure::new(RunFailureKind::Refused, obstacle.clone())
                .hint("`--engine auto` lets the project's own Python run it")
                .into());
        }
        self.refuse_losses(plan)?;
        if self.delegates_all()
            || !self.project.environment.is_one_transaction(self.runner.borrow_mut().dialect())
        {
            return Ok(());
        }
        // In one transaction the first failure takes everything back, so nothing need be begun.
        match plan.steps.iter().find_map(|step| step.obstacle.as_ref().map(|found| (step, found))) {
            Some((step, Obstacle::Fails { message, origin })) => {
                Err(would_fail(step, message, origin).into())
            }
            _ => Ok(()),
        }
    }

    /// Refuses to drop what has rows unless somebody has said that it may go; a downgrade says so by itself.
    fn refuse_losses(&self, plan: &Plan) -> Result<(), NotRun> {
        if self.request.allows_data_loss {
            return Ok(());
        }
        let upward = plan.steps.iter().filter(|step| step.way == Way::Up);
        let mut losses = upward.flat_map(|step| step.losses.iter().map(move |loss| (step, loss)));
        let Some((step, loss)) = losses.next() else { return Ok(()) };
        let message = format!("the upgrade to `{}` drops {}, which has rows", step.id, loss.what);
        let mut failure = RunFailure::new(RunFailureKind::Refused, message)
            .hint("`--allow data-loss` runs it; a backup first is a good idea");
        failure.location = loss.origin.location();
        failure.facts.extend(losses.map(|(step, loss)| format!("`{}` drops {}", step.id, loss.what)));
        Err(failure.into())
    }

    /// Runs revisions whose scripts are known.
    fn run_native(&mut self, steps: &[PlannedStep]) -> Result<(), NotRun> {
        if steps.is_empty() {
            return Ok(());
        }
        if self.project.environment.is_one_transaction(self.runner.borrow_mut().dialect()) {
            // What leaves the transaction cannot be taken back with those that follow: it is recorded before they begin.
            let mut parts =
                steps.chunk_by(|one, next| !one.leaves_transaction() && !next.leaves_transaction());
            return parts.try_for_each(|part| self.transaction(part, None));
        }
        let next = steps.iter().skip(1).map(Some).chain([None]);
        steps.iter().zip(next).try_for_each(|(step, next)| self.transaction(std::slice::from_ref(step), next))
    }

    /// Runs revisions in one transaction, and again when a lock was not granted in time; `next` begins after it.
    fn transaction(&mut self, steps: &[PlannedStep], next: Option<&PlannedStep>) -> Result<(), NotRun> {
        let Self { runner, tell, project, report, rows, .. } = self;
        let mut runner = runner.borrow_mut();
        let tell = RefCell::new(tell);
        let start = project.start();
        let mut stopped: Option<(usize, Stop)> = None;
        let mut done: Vec<DoneStep> = Vec::new();
        let mut kept: Vec<String> = Vec::new();
        // Before the transaction, whatever becomes of that: on SQLite there is one writer.
        runner.journal_begin(steps.iter().map(|step| journal_step(step, "native")));
        let outcome = runner.retry(
            &RetryPolicy::default(),
            &mut |attempt| (tell.borrow_mut())(Event::Retrying(attempt)),
            &mut |runner| {
                stopped = None;
                done.clear();
                let mut revisions = Revisions { runner, tell: &tell, done: &mut done, kept: &mut kept };
                match revisions.run(steps, next, &start, rows) {
                    Ok(()) => Ok(()),
                    Err(found) => {
                        let (at, mut stop) = *found;
                        let mut error = RunError::Order("the revision stopped");
                        if let Stop::Refused { error: refused, .. } = &mut stop {
                            std::mem::swap(&mut **refused, &mut error);
                        }
                        stopped = Some((at, stop));
                        Err(error)
                    }
                }
            },
        );
        let Err(error) = outcome else {
            report.steps.append(&mut done);
            for step in steps {
                *rows = changed(std::mem::take(rows), &step.changes);
            }
            return Ok(());
        };
        let cancelled = matches!(error, RunError::Cancelled { .. });
        let (at, stop) = stopped.map_or((0, None), |(at, stop)| (at, Some(stop)));
        let step = &steps[at.min(steps.len() - 1)];
        let mut failure = match stop {
            Some(Stop::Unproven { reason, origin }) => unproven_failure(step, &reason, &origin),
            Some(Stop::NotRebuilt { reason, origin }) => would_fail(step, &reason, &origin),
            Some(Stop::Refused { sql, origin, .. }) => refused_failure(step, &error, sql, &origin),
            None => refused_failure(step, &error, None, &Origin::none()),
            Some(Stop::Moved { reason }) => moved_failure(reason),
        };
        let shown = kept.iter().take(SHOWN_KEPT);
        failure.facts.extend(shown.map(|sql| format!("`{}` is half done; this stays of it: {sql}", step.id)));
        if kept.len() > SHOWN_KEPT {
            failure.facts.push(format!("and {} more statements of it", kept.len() - SHOWN_KEPT));
        }
        let cancelled = cancelled || failure.kind == RunFailureKind::Refused;
        let outcome = if cancelled { Outcome::Cancelled } else { Outcome::Failed };
        runner.journal_failed(outcome, &failure.message);
        Err(failure.into())
    }

    /// Runs a revision that its text does not prove.
    fn run_other(&mut self, step: &PlannedStep) -> Result<(), NotRun> {
        let reason = match (&step.obstacle, &self.project.environment.obstacle) {
            (_, Some(reason)) => reason.clone(),
            (Some(Obstacle::Unproven { reason, .. }), _) => reason.clone(),
            (Some(Obstacle::Fails { message, origin }), _) if self.request.engine != RunEngine::Alembic => {
                return Err(would_fail(step, message, origin).into());
            }
            _ => "`--engine alembic` asks for it".to_owned(),
        };
        if self.request.engine != RunEngine::Alembic
            && self.project.environment.obstacle.is_none()
            && self.run_live(step)?
        {
            return Ok(());
        }
        if self.request.engine == RunEngine::Native {
            let origin = match &step.obstacle {
                Some(Obstacle::Unproven { origin, .. }) => origin.clone(),
                _ => Origin::none(),
            };
            return Err(unproven_failure(step, &reason, &origin).into());
        }
        (self.tell)(Event::Delegated(step, &reason));
        let begun = Instant::now();
        self.runner.borrow_mut().journal_begin([journal_step(step, "alembic")]);
        let before = schema_of(self.target)?;
        let result = delegate::run(self, self.request, step);
        match result {
            Ok(()) => {
                self.runner.borrow_mut().journal_done(&step.id, None);
                self.rows = changed(std::mem::take(&mut self.rows), &step.changes);
                self.report.steps.push(DoneStep {
                    id: step.id.clone(),
                    way: step.way,
                    duration: begun.elapsed(),
                    statements: None,
                });
                Ok(())
            }
            Err(mut failure) => {
                self.runner.borrow_mut().journal_failed(Outcome::Failed, &failure.message);
                failure.facts.extend(delegate::left_behind(self, step, &before));
                Err(failure.into())
            }
        }
    }

    fn ensure_version_table(&mut self) -> Result<(), NotRun> {
        self.runner.borrow_mut().begin(&mut |_| {}).map_err(failed_to_open)?;
        self.runner.borrow_mut().ensure_version_table().map_err(failed_to_open)?;
        self.runner.borrow_mut().commit().map_err(failed_to_open)?;
        Ok(())
    }
}

/// Revisions on the way through one transaction.
struct Revisions<'r, 't, 'x> {
    runner: &'r mut Runner,
    tell: &'r RefCell<&'t mut Tell<'x>>,
    done: &'r mut Vec<DoneStep>,
    /// Statements of the revision that failed which cannot be taken back.
    kept: &'r mut Vec<String>,
}

impl Revisions<'_, '_, '_> {
    /// Runs the revisions; an error comes with the position of the one that stopped.
    fn run(
        &mut self,
        steps: &[PlannedStep],
        next: Option<&PlannedStep>,
        start: &[trueup_schema::Operation],
        expected: &[String],
    ) -> Result<(), Box<(usize, Stop)>> {
        let refused = |error| {
            Box::new((0, Stop::Refused { error: Box::new(error), sql: None, origin: Origin::none() }))
        };
        self.runner.begin(&mut |wait| (self.tell.borrow_mut())(Event::Waiting(wait))).map_err(refused)?;
        let rows = self.runner.ensured_version_rows().map_err(refused)?;
        is_where_it_was(rows, expected).map_err(|stop| Box::new((0, stop)))?;
        self.prepare(start).map_err(|stop| Box::new((0, stop)))?;
        for (at, step) in steps.iter().enumerate() {
            self.revision(step).map_err(|stop| Box::new((at, stop)))?;
        }
        if let Some(next) = next {
            self.runner.journal_next(journal_step(next, "native"));
        }
        let at_commit = |error| {
            let (error, sql) = (Box::new(error), Some("COMMIT".to_owned()));
            Box::new((steps.len() - 1, Stop::Refused { error, sql, origin: Origin::none() }))
        };
        self.runner.commit().map(|_| ()).map_err(at_commit)
    }

    /// Does what env.py itself does before the first revision, where it is not done yet.
    fn prepare(&mut self, start: &[trueup_schema::Operation]) -> Result<(), Stop> {
        let mut scripts = ScriptRunner::new(self.runner);
        start.iter().try_for_each(|operation| {
            operation
                .to_sql(scripts.runner.dialect())
                .iter()
                .try_for_each(|sql| scripts.send(sql, &Origin::none()))
        })
    }

    fn revision(&mut self, step: &PlannedStep) -> Result<(), Stop> {
        (self.tell.borrow_mut())(Event::Revision(step));
        step.done_before.iter().for_each(|note| (self.tell.borrow_mut())(Event::Note(note.clone())));
        let begun = Instant::now();
        let mut scripts = ScriptRunner::new(self.runner);
        let result = scripts.run(&step.script, &step.changes);
        // What leaves the transaction is alone in it, and its end can fail too.
        *self.kept = std::mem::take(&mut scripts.kept);
        result?;
        for note in std::mem::take(&mut scripts.notes) {
            (self.tell.borrow_mut())(Event::Note(note));
        }
        let statements = Some(scripts.statements);
        self.runner.journal_done(&step.id, None);
        self.done.push(DoneStep {
            id: step.id.clone(),
            way: step.way,
            duration: begun.elapsed(),
            statements,
        });
        Ok(())
    }
}

/// Makes sure that nobody has moved the database since the run was planned.
pub(super) fn is_where_it_was(rows: Option<Vec<String>>, expected: &[String]) -> Result<(), Stop> {
    let mut rows = rows.unwrap_or_default();
    rows.sort();
    if rows == expected {
        return Ok(());
    }
    let reason = format!(
        "somebody else has moved the database meanwhile: it records {}, and this run was planned for {}",
        listed(&rows),
        listed(expected)
    );
    Err(Stop::Moved { reason })
}

pub(super) fn journal_step(step: &PlannedStep, kind: &str) -> JournalStep {
    JournalStep {
        revision: step.id.clone(),
        direction: direction(step.way),
        kind: kind.to_owned(),
        checksum: Some(step.checksum.clone()),
    }
}

fn direction(way: Way) -> Direction {
    match way {
        Way::Up => Direction::Upgrade,
        Way::Down => Direction::Downgrade,
    }
}

/// Says where a database is after a run that failed.
fn position(report: &RunReport) -> String {
    let at = listed(&report.after);
    if report.after == report.before {
        return format!("{} is where it was: {at}", report.database);
    }
    let kept = match &report.steps[..] {
        [] => "this run has not brought it there".to_owned(),
        [only] => format!("`{}` ran before and stays", only.id),
        steps => format!("{} revisions ran before and stay", steps.len()),
    };
    format!("{} is at {at} now: {kept}", report.database)
}

/// Lists revisions in words.
pub(super) fn listed(rows: &[String]) -> String {
    match rows {
        [] => "no revision".to_owned(),
        rows => rows.iter().map(|row| format!("`{row}`")).collect::<Vec<_>>().join(", "),
    }
}

pub(super) fn failed_to_open(error: RunError) -> NotRun {
    let kind = match &error {
        RunError::Locked { .. } | RunError::Cancelled { .. } => RunFailureKind::Refused,
        RunError::Open(_) => RunFailureKind::Environment,
        _ => RunFailureKind::Database,
    };
    let message = match &error {
        // Of our own statements nothing but the reason is worth telling.
        RunError::Statement(error) => format!("cannot go on: {error}"),
        error => error.to_string(),
    };
    let mut failure = RunFailure::new(kind, message);
    failure.hints.extend(hint_of(&error));
    if matches!(error, RunError::Locked { .. }) {
        failure = failure.hint("wait longer with `--wait SECONDS`, or end the other run first");
    }
    failure.into()
}

/// Adds which database a failure is about, where its message does not say.
fn on(target: &Target, problem: NotRun) -> NotRun {
    match problem {
        NotRun::Failed(failure) if failure.message.starts_with("cannot go on") => {
            failure.fact(format!("the database is {}", target.url)).into()
        }
        other => other,
    }
}

/// Says what to do about a failure that has nothing to do with the revision.
fn hint_of(error: &RunError) -> Option<String> {
    let hint = match error.class()? {
        ErrorClass::DiskFull => "make room on the disk of the database, then run the same command again",
        ErrorClass::LockNotAvailable if matches!(error, RunError::Statement(_)) => {
            "end the session that holds the lock, or wait longer with `--lock-timeout TIME`, then run the same command again"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Tells whether an identifier counts from where the database is: `+1`, `-2`, `label@+1`.
fn is_relative(identifier: &str) -> bool {
    let last = identifier.rsplit('@').next().unwrap_or_default();
    last.starts_with(['+', '-'])
}

fn verb(way: Way) -> &'static str {
    match way {
        Way::Up => "upgrade to",
        Way::Down => "downgrade from",
    }
}

pub(super) fn unproven_failure(step: &PlannedStep, reason: &str, origin: &Origin) -> RunFailure {
    let message = format!("what the {} of `{}` does is not proved: {reason}", step.way.function(), step.id);
    let mut failure = RunFailure::new(RunFailureKind::Refused, message).hint(
        "`--engine auto` lets the project's own Python run it; `trueup explain unproven-revision` tells more",
    );
    failure.location = origin.location();
    failure
}

/// Says that somebody else was faster.
pub(super) fn moved_failure(reason: String) -> RunFailure {
    RunFailure::new(RunFailureKind::Refused, reason)
        .fact("nothing of what was planned is in the database")
        .hint("run the same command again when nobody else is at it")
}

pub(super) fn would_fail(step: &PlannedStep, message: &str, origin: &Origin) -> RunFailure {
    let message = format!("the {} `{}` would fail: {message}", verb(step.way), step.id);
    let mut failure = RunFailure::new(RunFailureKind::Database, message)
        .fact("nothing of it was sent")
        .hint("`--engine alembic` runs it all the same, with the project's own Python");
    failure.location = origin.location();
    failure
}

pub(super) fn refused_failure(
    step: &PlannedStep,
    error: &RunError,
    sql: Option<String>,
    origin: &Origin,
) -> RunFailure {
    let kind = match error {
        RunError::Cancelled { .. } | RunError::Locked { .. } => RunFailureKind::Refused,
        _ => RunFailureKind::Database,
    };
    // The place in the statement is shown below it.
    let said = match error {
        RunError::Statement(error) => error.message.clone(),
        error => error.to_string(),
    };
    let message = format!("the {} `{}` failed: {said}", verb(step.way), step.id);
    let mut failure = RunFailure::new(kind, message);
    failure.location = origin.location();
    failure.hints.extend(hint_of(error));
    if let RunError::Statement(error) = error {
        let more = [("detail", &error.detail), ("hint of the server", &error.hint)];
        let more = more.into_iter().filter_map(|(name, text)| Some(format!("{name}: {}", text.as_ref()?)));
        failure.facts.extend(more);
        failure.facts.extend(error.blocked_by.iter().map(|session| format!("blocked by {session}")));
    }
    let place = match error {
        RunError::Statement(error) => error.place.as_ref().map(|place| (place.line, place.column)),
        _ => None,
    };
    failure.statement = sql.map(|sql| FailedStatement { sql, place });
    failure
}

#[cfg(test)]
mod tests {
    use super::{is_relative, listed};

    #[test]
    fn relative_identifiers_count_from_the_database() {
        for identifier in ["+1", "-2", "label@+1", "label@-1"] {
            assert!(is_relative(identifier), "{identifier}");
        }
        for identifier in ["head", "heads", "base", "ae10", "ae10-2", "label@head", "label@ae10+1"] {
            assert!(!is_relative(identifier), "{identifier}");
        }
    }

    #[test]
    fn no_rows_are_words() {
        assert_eq!(listed(&[]), "no revision");
        assert_eq!(listed(&["a".to_owned(), "b".to_owned()]), "`a`, `b`");
    }
}
