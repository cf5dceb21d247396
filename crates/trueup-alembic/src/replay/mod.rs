//! Replaying revisions: each `upgrade()` is evaluated in order on a simulated schema.
//!
//! The caller hands over the revision files in the order of the graph; out come, per revision, its operations with
//! their places and a verdict whether these are all that it does, and the schema at the end. Nothing is executed: the
//! revisions' Python runs in the interpreter, whose `op` and connection are natives of this crate.
//!
//! - A table that revisions use but none creates was there before the first one: after a first pass has found out
//!   which these are, a second pass takes them as given ([`Replay::assumed`]).
//! - What fails and is not caught is one [`Failure`]; the revision is then run again with that step let pass, so
//!   that what comes after it is seen too.

mod effects;
mod import;
mod report;
mod run;
mod script;
mod source;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use trueup_python::{Limits, Vm};
use trueup_schema::naming::Convention;
use trueup_schema::{Dialect, ObjectKind, ObjectName, Operation, Schema};

pub use report::{
    DataStep, Descent, DowngradeKind, Failure, Notice, RecordedOperation, Replay, ReplayedRevision, Undone,
    Unproven, Verdict,
};
pub use script::{Action, ColumnPosition, ConstraintName, ScriptStep, TableRebuild};
pub use state::SimState;

pub(crate) use effects::{judge_call, skipped_branch, unknown_call};
pub(crate) use import::{environment, environment_of, version_table};
pub(crate) use script::{record_step, without_steps};
pub(crate) use state::parse_name;

use crate::{Context, Live, Sources, Start, new_vm};

/// A revision file.
#[derive(Clone, Debug)]
pub struct RevisionSource {
    /// The revision's identifier.
    pub id: String,
    /// Path relative to the project, with `/`.
    pub path: Rc<str>,
    /// Text.
    pub text: Rc<str>,
}

/// env.py as a replay needs it.
#[derive(Clone, Debug)]
pub struct EnvSource {
    /// Path relative to the project, with `/`.
    pub path: Arc<str>,
    /// Text.
    pub text: Arc<str>,
    /// Options of the configuration's main section, interpolated.
    pub options: Vec<(String, String)>,
    /// `config.config_file_name`.
    pub config_file: Option<String>,
    /// `-x` arguments.
    pub x_arguments: Vec<String>,
}

/// Which function of a revision is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// `upgrade()`
    #[default]
    Up,
    /// `downgrade()`
    Down,
}

impl Way {
    /// Returns the name of the function.
    pub fn function(self) -> &'static str {
        match self {
            Self::Up => "upgrade",
            Self::Down => "downgrade",
        }
    }
}

/// How a replay is done.
#[derive(Clone, Debug)]
pub struct ReplayOptions {
    /// The database kind that the revisions run on.
    pub dialect: Dialect,
    /// Naming convention of the project's `target_metadata`.
    pub convention: Convention,
    /// The schema before the first revision, where it is known.
    pub base: Option<Schema>,
    /// Where the base is all that a real database has, its tables that have rows: nothing else is taken to be there.
    pub live: Option<BTreeSet<ObjectName>>,
    /// What is evaluated of each revision.
    pub way: Way,
    /// What env.py does before the first revision, and what it hands to every one.
    pub start: Start,
    /// env.py, for revisions that use operations or models that only it brings in.
    pub env: Option<EnvSource>,
    /// Whether downgrades are evaluated too, each right after its upgrade.
    pub downgrades: bool,
    /// What real Alembic sends for a revision, by identifier: taken instead of evaluating its `upgrade()`.
    pub recorded: BTreeMap<String, Vec<String>>,
    /// Whether all downgrades are evaluated in the end, from the heads to base.
    pub descends: bool,
    /// Whether scripts are kept: what real Alembic would send for each revision.
    pub scripts: bool,
    /// The main section of Alembic's configuration file, for revisions that ask `config.get_main_option`.
    pub main_options: Option<BTreeMap<String, String>>,
    /// The variables of the environment that the revisions run in; unknown where nobody is about to run them.
    pub environment: Option<Vec<(String, String)>>,
}

impl ReplayOptions {
    /// Returns the options for an empty database and no naming convention.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            convention: Convention::default(),
            base: None,
            live: None,
            way: Way::Up,
            start: Start::default(),
            env: None,
            downgrades: false,
            descends: false,
            scripts: false,
            recorded: BTreeMap::new(),
            main_options: None,
            environment: None,
        }
    }
}

/// Passes after which objects that nobody creates are no longer looked for.
const MAX_PASSES: usize = 4;

/// Replays revisions in the given order.
pub fn replay(sources: &Rc<dyn Sources>, revisions: &[RevisionSource], options: &ReplayOptions) -> Replay {
    let mut assumed: BTreeSet<(ObjectKind, ObjectName)> = BTreeSet::new();
    if options.live.is_some() {
        return pass(sources, revisions, options, &assumed).0;
    }
    for _ in 1..MAX_PASSES {
        let (result, created) = pass(sources, revisions, options, &assumed);
        let more = nobody_creates(&result, options.dialect, &created);
        if more.is_subset(&assumed) {
            return result;
        }
        assumed.extend(more);
    }
    pass(sources, revisions, options, &assumed).0
}

/// Evaluates one revision while a real database answers its queries; what it sends before a query is sent then, the rest
/// is in the script from [`ReplayedRevision::sent`] on.
///
/// It is run once: a step that fails ends it and is the last of the failures.
pub fn run_on(
    sources: &Rc<dyn Sources>,
    revision: &RevisionSource,
    options: &ReplayOptions,
    live: Rc<dyn Live>,
) -> ReplayedRevision {
    let assumed = BTreeSet::new();
    let revisions = std::slice::from_ref(revision);
    let (context, mut vm) = begin(sources, revisions, options, &assumed);
    *context.lent.borrow_mut() = Some(live);
    run::revision(&mut vm, &context, 0, revision, options)
}

fn pass(
    sources: &Rc<dyn Sources>,
    revisions: &[RevisionSource],
    options: &ReplayOptions,
    assumed: &BTreeSet<(ObjectKind, ObjectName)>,
) -> (Replay, BTreeSet<(ObjectKind, ObjectName)>) {
    let (context, mut vm) = begin(sources, revisions, options, assumed);
    let replayed = revisions
        .iter()
        .enumerate()
        .map(|(number, revision)| run::revision(&mut vm, &context, number, revision, options))
        .collect();
    let created = context.state.borrow().created.clone();
    let (schema, partial_tables) = {
        let state = context.state.borrow();
        (state.schema.clone(), state.baseline.partial.clone())
    };
    let descent = options.descends.then(|| run::descend(&mut vm, &context, revisions, options));
    let result = Replay { revisions: replayed, schema, assumed: assumed.clone(), partial_tables, descent };
    (result, created)
}

/// Returns an interpreter in the state before the first revision.
fn begin(
    sources: &Rc<dyn Sources>,
    revisions: &[RevisionSource],
    options: &ReplayOptions,
    assumed: &BTreeSet<(ObjectKind, ObjectName)>,
) -> (Rc<Context>, Vm) {
    let context = Rc::new(Context::new(options.dialect));
    {
        let mut state = context.state.borrow_mut();
        state.convention = options.convention.clone();
        state.keeps_scripts = options.scripts;
        state.baseline.assumed.clone_from(assumed);
        if let Some(base) = &options.base {
            state.schema = base.clone();
        }
        for table in options.live.iter().flatten() {
            state.rows.insert(table.clone());
        }
        for done in &options.start.operations {
            // What env.py cannot do it does not do: it may have been done by an earlier run.
            let _ = state.apply(&done.operation);
        }
    }
    context.main_options.borrow_mut().clone_from(&options.main_options);
    context.env.borrow_mut().clone_from(&options.env);
    let overlay: Rc<dyn Sources> = Rc::new(source::WithRevisions::new(sources.clone(), revisions));
    let mut vm: Vm = new_vm(overlay, context.clone());
    if let Some(env) = &options.env {
        crate::env::register_x_arguments(&mut vm, &env.x_arguments);
    }
    if let Some(variables) = &options.environment {
        crate::env::lend_environment(&mut vm, variables);
    }
    vm.set_limits(Limits { total_steps: u64::MAX / 4, ..Limits::default() });
    (context, vm)
}

/// Returns the tables, types and namespaces that failures miss and that no revision ever creates.
fn nobody_creates(
    replay: &Replay,
    dialect: Dialect,
    created: &BTreeSet<(ObjectKind, ObjectName)>,
) -> BTreeSet<(ObjectKind, ObjectName)> {
    let failures = replay.revisions.iter().flat_map(|revision| &revision.failures);
    failures
        .filter_map(Failure::missing)
        .filter_map(|(kind, name)| {
            let kind = match kind {
                ObjectKind::Table | ObjectKind::Namespace => kind,
                ObjectKind::Enum | ObjectKind::Domain => ObjectKind::Enum,
                _ => return None,
            };
            let name = match kind {
                ObjectKind::Namespace => ObjectName::new(name),
                _ => parse_name(dialect, name),
            };
            Some((kind, name))
        })
        .filter(|object| !created.contains(object))
        .collect()
}

impl Replay {
    /// Calls a function for every operation, with the schema before it.
    pub fn observe(&self, mut see: impl FnMut(&ReplayedRevision, &RecordedOperation, &Schema)) {
        for revision in &self.revisions {
            let mut schema = revision.before.clone();
            for recorded in &revision.operations {
                see(revision, recorded, &schema);
                // What failed in the replay fails here again and changes nothing.
                let _ = recorded.operation.apply(&mut schema);
            }
        }
    }

    /// Returns the schema after some of the revisions where rebuilding a table of SQLite loses nothing; `None` where it
    /// would lose nothing anyway.
    ///
    /// Alembic's rebuilds lose triggers, descending indexes and more; trueup's keep them, so a database may be either.
    pub fn schema_without_losses(&self, is_wanted: impl Fn(usize) -> bool) -> Option<Schema> {
        let is_loss = |recorded: &&RecordedOperation| {
            recorded.implied && !matches!(recorded.operation, Operation::CreateIndex(_))
        };
        let wanted = || self.revisions.iter().enumerate().filter(|(at, _)| is_wanted(*at));
        if !wanted().any(|(_, revision)| revision.operations.iter().any(|recorded| is_loss(&recorded))) {
            return None;
        }
        let mut schema = self.revisions.first()?.before.clone();
        for (_, revision) in wanted() {
            for recorded in revision.operations.iter().filter(|recorded| !is_loss(recorded)) {
                // What failed in the replay fails here again and changes nothing.
                let _ = recorded.operation.apply(&mut schema);
            }
        }
        Some(schema)
    }

    /// Returns every operation of the replay in order.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.revisions
            .iter()
            .flat_map(|revision| revision.operations.iter().map(|recorded| &recorded.operation))
    }
}
