//! `upgrade`, `downgrade`, `stamp`, `ensure_version`: running revisions on a database, or writing down what would run.
//!
//! - `plan`: what a run is going to do, from the text of the revisions and the schema as it is;
//! - `known`: what a database is known to have before anything runs on it;
//! - `online`: doing it, revision by revision, in transactions as Alembic's;
//! - `script`: one step of a revision on an open database;
//! - `rebuild`: SQLite tables that have to be made anew;
//! - `live`: revisions that hang on rows, evaluated while the database answers;
//! - `resume`: what an earlier run has done of a revision outside of its transaction;
//! - `delegate`: revisions that only the project's own Python can run;
//! - `stamp`: changing the version table alone, and holding the schema to what it then says;
//! - `backup`: the copy that a run begins with, `backup` and `restore`;
//! - `offline`: the same as SQL text.
//!
//! Nothing is printed here: what happens is told by [`Event`]s, what came of it by a [`RunReport`].

use std::path::PathBuf;
use std::time::Duration;

pub use trueup_db::{Backup, CancelHandle, IndexProgress, Notice, Progress, Restored, RetryAttempt, RunWait};
use trueup_schema::Location;

use super::check::CheckRequest;
use super::check::prepared::Prepared;
use super::history::{History, NoHistory};
use super::target::{DatabaseRequest, Target, read_env};
use crate::config::Configuration;
use crate::report::Failure;

mod backup;
mod delegate;
mod known;
mod live;
mod offline;
mod online;
mod plan;
mod rebuild;
mod resume;
mod script;
mod settings;
mod stamp;

pub use backup::{BackupFolder, BackupReport, RestoreReport, RestoreRequest, backup, restore};
pub use offline::{ensure_version_sql, sql};
pub use online::{dry_run, ensure_version, run};
pub use plan::{Loss, Obstacle, Plan, PlannedStep};
pub use stamp::{stamp, stamp_sql};
pub use trueup_alembic::replay::Way;

/// Who runs revisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunEngine {
    /// trueup, and the project's own Python for revisions that the text does not prove.
    #[default]
    Auto,
    /// trueup alone: what the text does not prove is not run.
    Native,
    /// The project's own Python for every revision.
    Alembic,
}

/// How a run is wanted.
#[derive(Clone, Debug, Default)]
pub struct RunRequest {
    /// Which database.
    pub database: DatabaseRequest,
    /// Who runs revisions.
    pub engine: RunEngine,
    /// The project's Python; else its virtual environment's, else `python3`.
    pub python: Option<PathBuf>,
    /// `--tag`, for env.py.
    pub tag: Option<String>,
    /// `--lock-timeout`.
    pub lock_timeout: Option<Duration>,
    /// `--statement-timeout`.
    pub statement_timeout: Option<Duration>,
    /// How long to wait for another run; `None` is the default, zero is not at all.
    pub wait: Option<Duration>,
    /// Whether tables and columns with rows may be dropped on the way up.
    pub allows_data_loss: bool,
    /// Where the backup that the run begins with goes; `None` makes none.
    pub backup: Option<BackupFolder>,
    /// Whether the journal is kept.
    pub journal: bool,
    /// Who runs, `user@host`, for the journal.
    pub who: String,
    /// Called now and then, on another thread, while a statement runs.
    pub on_progress: Option<fn(&Progress)>,
}

/// What happens during a run.
pub enum Event<'a> {
    /// The database is open; the handle stops what is going on.
    Opened(CancelHandle),
    /// Another run has the database.
    Waiting(&'a RunWait),
    /// A lock was not granted in time; the transaction is tried again.
    Retrying(&'a RetryAttempt),
    /// The backup that the run begins with is made.
    BackedUp(&'a Backup),
    /// A revision begins.
    Revision(&'a PlannedStep),
    /// A revision begins in the project's own Python, for this reason.
    Delegated(&'a PlannedStep, &'a str),
    /// A line of `stamp`: `1975ea83b712 -> ae1027a6acf`.
    Stamped(&'a str),
    /// The server said something beside.
    Notice(&'a Notice),
    /// Something worth knowing that is no failure.
    Note(String),
}

/// Whoever wants to know what happens.
pub type Tell<'a> = &'a mut dyn FnMut(Event<'_>);

/// What a run would do.
pub struct DryRun {
    /// The database, without its password.
    pub database: String,
    /// Rows of its version table.
    pub rows: Vec<String>,
    /// The revisions.
    pub plan: Plan,
    /// All that would be sent.
    pub sql: String,
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct RunReport {
    /// The database, without its password.
    pub database: String,
    /// Rows of the version table before.
    pub before: Vec<String>,
    /// Rows of the version table after.
    pub after: Vec<String>,
    /// The revisions that ran and stayed.
    pub steps: Vec<DoneStep>,
    /// The backup that was made before them.
    pub backup: Option<Backup>,
}

/// A revision that ran.
#[derive(Clone, Debug)]
pub struct DoneStep {
    /// Its id.
    pub id: String,
    /// Which of its functions.
    pub way: Way,
    /// How long it took.
    pub duration: Duration,
    /// How many statements it sent; none is known of Python's.
    pub statements: Option<usize>,
}

/// Why a run did not do all that it was asked for.
#[derive(Clone, Debug)]
pub struct RunFailure {
    /// Whose fault it is, which is the exit code.
    pub kind: RunFailureKind,
    /// One sentence.
    pub message: String,
    /// Where in the project.
    pub location: Option<Location>,
    /// The line of that place.
    pub line: Option<usize>,
    /// The statement that failed, and where in it.
    pub statement: Option<FailedStatement>,
    /// What is true of the database now, and other facts, one sentence each.
    pub facts: Vec<String>,
    /// What to do next.
    pub hints: Vec<String>,
    /// What was done before.
    pub report: RunReport,
}

/// A statement that a database refused.
#[derive(Clone, Debug)]
pub struct FailedStatement {
    /// Its text.
    pub sql: String,
    /// Line and column in it, from 1, where the server says so.
    pub place: Option<(usize, usize)>,
}

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunFailureKind {
    /// What was asked for names nothing, or cannot be done from here.
    Request,
    /// The project, its settings or the machine.
    Environment,
    /// The database refused, or a step failed.
    Database,
    /// It was not allowed, or somebody else is at it.
    Refused,
}

/// Why nothing was run at all.
pub enum NotRun {
    /// The revisions are no history.
    NoHistory(NoHistory),
    /// A run failed.
    Failed(Box<RunFailure>),
}

impl RunFailure {
    pub(in crate::pipelines) fn new(kind: RunFailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            location: None,
            line: None,
            statement: None,
            facts: Vec::new(),
            hints: Vec::new(),
            report: RunReport::default(),
        }
    }

    pub(in crate::pipelines) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(in crate::pipelines) fn fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }
}

impl From<Box<RunFailure>> for NotRun {
    fn from(failure: Box<RunFailure>) -> Self {
        Self::Failed(failure)
    }
}

impl From<RunFailure> for NotRun {
    fn from(failure: RunFailure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

impl From<Failure> for NotRun {
    fn from(failure: Failure) -> Self {
        let mut told = RunFailure::new(RunFailureKind::Environment, failure.message);
        told.hints.extend(failure.hint);
        told.into()
    }
}

impl From<trueup_schema::revision::IdentifierError> for NotRun {
    fn from(error: trueup_schema::revision::IdentifierError) -> Self {
        let hint = super::history::identifier_hint(&error);
        RunFailure::new(RunFailureKind::Request, error.to_string()).hint(hint).into()
    }
}

/// A project, and what its env.py says, on the way to a run.
struct Project<'a> {
    configuration: &'a Configuration,
    prepared: Prepared<'a>,
    environment: settings::Environment,
}

/// Returns what reading a project for a run asks of the readers.
fn reading(target: &Target) -> CheckRequest {
    CheckRequest { dialect: Some(target.url.dialect()), ..CheckRequest::default() }
}

/// Finds the database and reads the project, then hands both over.
fn with_project<T>(
    configuration: &Configuration,
    request: &RunRequest,
    act: impl FnOnce(&Project<'_>, &Target) -> Result<T, NotRun>,
) -> Result<T, NotRun> {
    let env = read_env(configuration, &request.database.environment);
    let target = Target::find(configuration, &request.database, &env)?;
    let asked = reading(&target);
    let project = Project::read(configuration, &asked, &env, &request.database.environment)?;
    act(&project, &target).map_err(|problem| placed(configuration, problem))
}

/// Finds the line of the place that a failure tells.
pub(in crate::pipelines) fn placed(configuration: &Configuration, mut problem: NotRun) -> NotRun {
    if let NotRun::Failed(failure) = &mut problem
        && let Some(location) = &failure.location
        && let Some(span) = location.span
    {
        let text = crate::files::read_source(&configuration.root.join(&*location.path)).ok();
        let before = text.as_deref().and_then(|text| text.get(..span.start as usize));
        failure.line = before.map(|before| before.matches('\n').count() + 1);
    }
    problem
}

impl<'a> Project<'a> {
    fn read(
        configuration: &'a Configuration,
        asked: &'a CheckRequest,
        env: &trueup_alembic::EnvReading,
        variables: &[(String, String)],
    ) -> Result<Self, NotRun> {
        let prepared = Prepared::read(configuration, asked, variables)
            .map_err(|_| NotRun::NoHistory(History::defects(configuration, asked)))?;
        let environment = settings::Environment::of(env);
        Ok(Self { configuration, prepared, environment })
    }
}

impl Project<'_> {
    fn dialect(&self) -> trueup_schema::Dialect {
        self.prepared.dialect()
    }

    /// Returns what env.py does to the schema before the first revision.
    fn start(&self) -> Vec<trueup_schema::Operation> {
        self.prepared.start().operations.iter().map(|done| done.operation.clone()).collect()
    }
}
