//! The part *replay*: what the revisions build, one after the other, and what cannot be.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use trueup_alembic::replay::{
    DowngradeKind, EnvSource, Replay, ReplayOptions, ReplayedRevision, RevisionSource, replay,
};
use trueup_alembic::{ProjectReading, Sources, Start};
use trueup_lint::context::{
    Body, BodyForm, OperationContext, RevisionContext, RevisionFacts, Step, SwallowedError,
};
use trueup_lint::{Cause, Report};
use trueup_schema::naming::Convention;
use trueup_schema::revision::RevisionGraph;
use trueup_schema::{
    ApplyError, Diagnostic, Dialect, Location, ObjectKind, ObjectRef, Operation, Origin, Schema, Span, Table,
};

use super::{Checking, Group, engine, project::rule};
use crate::ahead::{self, Ahead, WithAhead};
use crate::sources::ProjectSources;

/// Names of unproven revisions listed in the summary's note.
const LISTED: usize = 3;

/// Fewer revisions than these are checked before a thread for half of them has begun.
const WORTH_A_THREAD: usize = 64;

/// The stack that the interpreter's limits are chosen for.
const STACK_BYTES: usize = 256 << 20;

/// All that a replay needs beside the project's modules, so that it can run on another thread.
pub(super) struct ReplayJob {
    /// Identifier, path and text of each revision in the order of the graph.
    revisions: Vec<(String, Arc<str>, Arc<str>)>,
    options: ReplayOptions,
}

impl ReplayJob {
    pub(super) fn new(checking: &Checking<'_>, graph: &RevisionGraph) -> Self {
        let of = |index: &usize| {
            let (id, path) = (graph.id(*index), &graph.revisions()[*index].path);
            (id.to_owned(), path.clone(), checking.revisions[*index].text.clone())
        };
        let options = ReplayOptions {
            downgrades: checking.wants(Group::Replay),
            main_options: checking.main_options(),
            env: checking.env_source(),
            ..ReplayOptions::new(checking.dialect)
        };
        Self { revisions: graph.order().iter().map(of).collect(), options }
    }

    /// Takes what real Alembic sends for some revisions.
    pub(super) fn with_recorded(mut self, recorded: BTreeMap<String, Vec<String>>) -> Self {
        self.options.recorded = recorded;
        self
    }

    /// Goes all the way back, too.
    pub(super) fn and_back(mut self) -> Self {
        self.options.descends = true;
        self
    }

    /// Returns path and text of each revision in the order in which they run.
    fn texts(&self) -> impl Iterator<Item = (&str, &Arc<str>)> {
        self.revisions.iter().map(|(_, path, text)| (&**path, text))
    }

    /// The schema before the first revision, where it is known.
    pub(super) fn on(mut self, base: Option<Schema>) -> Self {
        self.options.base = base;
        self
    }

    pub(super) fn run(&self, sources: &Rc<dyn Sources>, convention: &Convention, start: &Start) -> Replay {
        let revisions: Vec<RevisionSource> = self
            .revisions
            .iter()
            .map(|(id, path, text)| RevisionSource {
                id: id.clone(),
                path: Rc::from(&**path),
                text: Rc::from(&**text),
            })
            .collect();
        let options =
            ReplayOptions { convention: convention.clone(), start: start.clone(), ..self.options.clone() };
        replay(sources, &revisions, &options)
    }
}

impl Checking<'_> {
    /// Reads the project's Python and replays its revisions in the order of the graph.
    ///
    /// The replay needs two things of the project's Python, the naming convention of its metadata and what env.py does
    /// before the first revision, and most projects have neither. So both run at once, and the replay is repeated where
    /// there is one after all.
    pub(super) fn read_and_replay(
        &mut self,
        sources: &Rc<ProjectSources>,
        graph: &RevisionGraph,
    ) -> (ProjectReading, Replay) {
        let job = ReplayJob::new(self, graph);
        let configuration = self.configuration;
        let guess = Convention::default();
        let at_once = has_second_processor();
        let (reading, replayed) = std::thread::scope(|scope| {
            let run = || {
                job.run(
                    &(Rc::new(ProjectSources::new(configuration)) as Rc<dyn Sources>),
                    &guess,
                    &Start::default(),
                )
            };
            let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
            let worker = at_once.then(|| builder.spawn_scoped(scope, run).ok()).flatten();
            let reading = self.read_python(sources);
            (reading, worker.map(std::thread::ScopedJoinHandle::join))
        });
        let start = reading.start();
        let replayed = match replayed {
            Some(Ok(replayed)) if reading.convention == guess && start.is_empty() => replayed,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            _ => job.run(&(sources.clone() as Rc<dyn Sources>), &reading.convention, &start),
        };
        (reading, replayed)
    }

    /// Replays without reading the project's Python: without a naming convention, and where env.py does nothing of its
    /// own, nothing of it matters.
    pub(super) fn replay_alone(&mut self, sources: &Rc<ProjectSources>, graph: &RevisionGraph) -> Replay {
        let job = ReplayJob::new(self, graph);
        let configuration = self.configuration;
        let ahead = Arc::new(Ahead::default());
        let replayed = std::thread::scope(|scope| {
            let _end = ahead::End(&ahead);
            let parse = || ahead.parse(job.texts(), &ProjectSources::new(configuration));
            let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
            // Without a second processor, or a thread on it, everything is parsed where it is asked for.
            let is_ahead = has_second_processor() && builder.spawn_scoped(scope, parse).is_ok();
            let mut sources: Rc<dyn Sources> = sources.clone();
            if is_ahead {
                sources = Rc::new(WithAhead { sources, ahead: ahead.clone() });
            }
            job.run(&sources, &Convention::default(), &Start::default())
        });
        self.sum_up(&replayed);
        let tables = replayed.schema.tables.keys();
        self.summary.tables = tables.filter(|name| name.name != self.version_table).count();
        replayed
    }

    /// Tells whether the project's files so much as mention a naming convention, or env.py anything that it runs itself.
    pub(super) fn may_matter_to_replay(&self) -> bool {
        let env = self.configuration.script_location.as_ref().map(|folder| folder.join("env.py"));
        let text = env.and_then(|env| crate::files::read_source(&env).ok()).unwrap_or_default();
        let hands_over = text.matches("run_migrations(").count() > text.matches("run_migrations()").count()
            || text.split("execute(").skip(1).any(may_change_a_schema);
        let revisions: BTreeSet<&std::ffi::OsStr> =
            self.revisions.iter().map(|file| file.file.as_os_str()).collect();
        let files = crate::files::with_extension(&self.configuration.root, &["py"]);
        let mut others = files.iter().filter(|file| !revisions.contains(file.as_os_str()));
        hands_over
            || others.any(|file| {
                crate::files::read_source(file).is_ok_and(|text| text.contains("naming_convention"))
            })
    }

    /// Takes over what the summary tells of the replay that counts.
    pub(super) fn sum_up(&mut self, result: &Replay) {
        self.summary.proved = result.revisions.iter().filter(|revision| revision.verdict.is_proved()).count();
        self.summary.unproven = result.revisions.len() - self.summary.proved;
        let assumed: Vec<String> = result.assumed_tables().map(|name| format!("`{name}`")).collect();
        if !assumed.is_empty() {
            let more = assumed.len().saturating_sub(LISTED);
            let mut names = assumed[..assumed.len().min(LISTED)].join(", ");
            if more > 0 {
                names.push_str(&format!(" and {more} more"));
            }
            self.summary
                .notes
                .push(format!("no revision creates {names}: taken to be there before the first revision"));
        }
    }

    /// Returns what `config.get_main_option` answers from: without a file, the options are set by code.
    pub(super) fn main_options(&self) -> Option<BTreeMap<String, String>> {
        self.configuration.file.as_ref()?;
        Some(self.configuration.options.iter().cloned().collect())
    }

    /// Returns env.py as the replay needs it.
    pub(super) fn env_source(&self) -> Option<EnvSource> {
        let file = self.configuration.script_location.as_ref()?.join("env.py");
        Some(EnvSource {
            text: crate::files::read_source(&file).ok()?,
            path: crate::files::relative(&self.configuration.root, &file),
            options: self.configuration.options.clone(),
            x_arguments: self.configuration.x_arguments.clone(),
            config_file: self.configuration.file.as_ref().map(|path| path.to_string_lossy().into_owned()),
        })
    }

    /// Reports what cannot apply and what could not be read, then runs the rules on revisions and operations.
    pub(super) fn replay_rules(
        &mut self,
        graph: &RevisionGraph,
        result: &Replay,
        facts: &[RevisionFacts],
        models: Option<&Schema>,
    ) {
        if self.wants(Group::Replay) {
            self.unproven_revisions(graph, result);
            self.failing_operations(graph, result);
            self.summary.checked.push("the replay of the revisions");
        }
        let rules = RevisionRules { graph, result, facts, models, dialect: self.dialect };
        rules.check(&mut self.findings);
    }

    fn unproven_revisions(&mut self, graph: &RevisionGraph, result: &Replay) {
        for (index, revision) in graph.order().iter().zip(&result.revisions) {
            let Some(first) = revision.unproven.first() else { continue };
            let path = graph.revisions()[*index].path.clone();
            let message =
                format!("what `{}` does to the schema is not proved: {}", revision.id, first.reason);
            let mut finding = finding("unproven-revision", message)
                .at(first.origin.location().or_else(|| Some(Location::file(path.clone()))))
                .about(ObjectRef::new(ObjectKind::Revision, revision.id.as_str()))
                .help(
                    "state names, types and conditions in the revision itself, so that it does the same everywhere, \
                     or let the project's own Alembic tell: `--engine auto`",
                );
            let mut seen = BTreeSet::from([first.reason.as_str()]);
            for other in revision.unproven.iter().skip(1) {
                if seen.insert(&other.reason) {
                    finding = finding.related(other.origin.location(), other.reason.clone());
                }
            }
            self.findings.push_unless(finding, vec![Cause::Revision(path.to_string())]);
        }
    }

    fn failing_operations(&mut self, graph: &RevisionGraph, result: &Replay) {
        for (position, (index, revision)) in graph.order().iter().zip(&result.revisions).enumerate() {
            let path = graph.revisions()[*index].path.clone();
            // After the first failure the revision is over; what follows in it is guessing.
            let Some(failure) = revision.failures.first() else { continue };
            let message = format!("`{}` cannot be applied: {}", revision.id, failure.message);
            let mut finding = finding("failing-operation", message)
                .at(failure.origin.location().or_else(|| Some(Location::file(path.clone()))))
                .about(ObjectRef::new(ObjectKind::Revision, revision.id.as_str()))
                .help(help_for(failure.error.as_ref()));
            if let Some(operation) = &failure.operation {
                finding = finding.evidence("operation", operation.name());
            }
            let mut causes = vec![Cause::Revision(path.to_string())];
            if matches!(&failure.operation, Some(Operation::DropConstraint(op)) if op.name.as_deref().unwrap_or_default().is_empty())
            {
                causes.push(Cause::Once("unnamed-constraint-drop", path.to_string()));
            }
            if matches!(failure.error, Some(ApplyError::Missing { .. } | ApplyError::Exists { .. })) {
                causes.push(Cause::order(&revision.id));
            }
            if let Some(name) = missing_name(failure.error.as_ref()) {
                causes.extend(self.unreachable_that_mention(graph, name));
                causes.extend(self.unproven_that_mention(graph, result, position, name));
            }
            self.findings.push_unless(finding, causes);
        }
    }

    /// Returns revisions that no upgrade reaches and whose text mentions a name: they would have made the object.
    fn unreachable_that_mention(&self, graph: &RevisionGraph, name: &str) -> Vec<Cause> {
        let unreachable = graph.disconnected().iter();
        let mentions = unreachable.filter(|index| self.revisions[**index].text.contains(name));
        mentions.map(|index| Cause::order(graph.id(*index))).collect()
    }

    /// Returns earlier unproven revisions whose text mentions a name: one of them may have made the object.
    fn unproven_that_mention(
        &self,
        graph: &RevisionGraph,
        result: &Replay,
        before: usize,
        name: &str,
    ) -> Vec<Cause> {
        let earlier = graph.order().iter().zip(&result.revisions).take(before);
        earlier
            .filter(|(index, revision)| {
                !revision.verdict.is_proved() && self.revisions[**index].text.contains(name)
            })
            .map(|(index, _)| Cause::Once("unproven-revision", graph.revisions()[*index].path.to_string()))
            .collect()
    }
}

/// The rules on revisions and their operations, and what they look at.
struct RevisionRules<'a> {
    graph: &'a RevisionGraph,
    result: &'a Replay,
    facts: &'a [RevisionFacts],
    models: Option<&'a Schema>,
    dialect: Dialect,
}

impl RevisionRules<'_> {
    /// Runs the rules on all revisions, those on the later half on another thread.
    fn check(&self, findings: &mut Report) {
        let count = self.graph.order().len();
        let half = if count < WORTH_A_THREAD || !has_second_processor() { count } else { count / 2 };
        let part = |positions: std::ops::Range<usize>| {
            let mut findings = Report::new();
            self.check_some(positions, &mut findings);
            findings
        };
        if half == count {
            findings.append(part(0..count));
            return;
        }
        std::thread::scope(|scope| {
            let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
            let later = builder.spawn_scoped(scope, || part(half..count));
            findings.append(part(0..half));
            match later.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(later)) => findings.append(later),
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(_) => findings.append(part(half..count)),
            }
        });
    }

    fn check_some(&self, positions: std::ops::Range<usize>, findings: &mut Report) {
        let Self { graph, result, facts, models, dialect } = *self;
        let lookup = Schema::new(dialect);
        for position in positions {
            let index = graph.order()[position];
            let replayed = &result.revisions[position];
            let own = replayed.before.with_lookup_of(&lookup);
            let after = result.revisions.get(position + 1).map_or(&result.schema, |next| &next.before);
            let after = after.with_lookup_of(&lookup);
            let before = with_assumed(&own, &after, result, &facts[index].upgrade.steps);
            let context = RevisionContext {
                graph,
                index,
                facts: &facts[index],
                before: &before,
                after: &after,
                last: &result.schema,
                models,
                dialect,
                undone: std::cell::OnceCell::new(),
            };
            engine::check_revision(&context, findings);
            self.check_operations(index, &own, findings);
        }
    }

    fn check_operations(&self, index: usize, before: &Schema, findings: &mut Report) {
        let facts = &self.facts[index];
        let mut schema = before.clone();
        let upgrade = facts.upgrade.steps.iter().map(|step| (step, true));
        let steps = upgrade.chain(facts.downgrade.steps.iter().map(|step| (step, false)));
        for (step, in_upgrade) in steps {
            let context = OperationContext {
                operation: &step.operation,
                step,
                before: &schema,
                revision: Some(&self.graph.revisions()[index]),
                dialect: self.dialect,
                in_upgrade,
            };
            engine::check_operation(&context, findings);
            // What fails was reported by the replay; it changes nothing here either.
            let _ = step.operation.apply(&mut schema);
        }
    }
}

fn has_second_processor() -> bool {
    std::thread::available_parallelism().is_ok_and(|processors| processors.get() > 1)
}

/// Tells whether what follows `execute(` may be a statement that changes a schema: all but a mention without argument, and
/// settings such as `SET ROLE`, which are plain to see.
fn may_change_a_schema(rest: &str) -> bool {
    let argument: String = rest.trim_start().chars().take(120).collect();
    let statement =
        argument.trim_start_matches("sa.").trim_start_matches("text(").trim_start_matches(['f', 'r']);
    let words = statement.trim_start_matches(['"', '\'', ' ']).to_ascii_lowercase();
    let is_setting = words.starts_with("set ") && !words.contains("search_path");
    !(is_setting || argument.starts_with(')'))
}

/// Returns what evaluating the revisions told, by position in the graph, for the rules.
pub(super) fn revision_facts(
    graph: &RevisionGraph,
    result: &Replay,
    files: &[crate::headers::RevisionFile],
) -> Vec<RevisionFacts> {
    let mut facts = vec![RevisionFacts::default(); graph.revisions().len()];
    for (index, revision) in graph.order().iter().zip(&result.revisions) {
        let mut told = facts_of(revision);
        let (path, text) = (&graph.revisions()[*index].path, &files[*index].text);
        told.upgrade.origin = definition(path, text, "upgrade");
        told.downgrade.origin = definition(path, text, "downgrade");
        facts[*index] = told;
    }
    facts
}

/// Returns the schema before a revision with what the revision itself shows to have been there from the start: of a
/// table that no revision creates, only what is used is known, and that is no change that the revision makes.
fn with_assumed<'a>(before: &'a Schema, after: &Schema, result: &Replay, steps: &[Step]) -> Cow<'a, Schema> {
    let mut known = Cow::Borrowed(before);
    for name in result.assumed_tables() {
        let Some(used) = after.table(name).filter(|used| before.table(name) != Some(*used)) else { continue };
        let is_made = steps.iter().any(|step| match &step.operation {
            Operation::CreateTable(op) => op.table.name == *name,
            Operation::RenameTable(op) => op.new_name == *name,
            _ => false,
        });
        if is_made {
            continue;
        }
        let schema = known.to_mut();
        if schema.table(name).is_none() {
            schema.insert_table(Table::new(name.clone()));
        }
        let Some(table) = schema.table_mut(name) else { continue };
        let is_written = |wanted: &str| {
            steps.iter().any(|step| match &step.operation {
                Operation::RenameColumn(op) => op.table == *name && op.new_name == wanted,
                Operation::AddColumn(op) => op.table == *name && op.column.name == wanted,
                Operation::AddConstraint(op) => op.table == *name && op.constraint.name() == Some(wanted),
                _ => false,
            })
        };
        for column in used.columns.iter().filter(|column| column.column_type.is_unknown()) {
            if table.column(&column.name).is_none() && !is_written(&column.name) {
                table.columns.push(column.clone());
            }
        }
        for unique in &used.uniques {
            let is_known = table.uniques.iter().any(|other| other.columns == unique.columns);
            if !is_known && !unique.name.as_deref().is_some_and(is_written) {
                table.uniques.push(unique.clone());
            }
        }
    }
    known
}

fn start_of(origin: &Origin) -> u32 {
    origin.location().and_then(|location| location.span).map_or(0, |span| span.start)
}

/// Returns the place of `def NAME` at the left margin of a revision's text.
fn definition(path: &std::sync::Arc<str>, text: &str, name: &str) -> Origin {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let rest = line.strip_prefix("async ").unwrap_or(line).strip_prefix("def ").map(str::trim_start);
        if rest
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.trim_start().starts_with('('))
        {
            return Origin::at(path.clone(), Span::new(offset, offset + line.trim_end().len() as u32));
        }
        offset += line.len() as u32;
    }
    Origin::none()
}

fn facts_of(revision: &ReplayedRevision) -> RevisionFacts {
    let mut steps: Vec<Step> = revision
        .operations
        .iter()
        .filter(|recorded| !recorded.implied)
        .map(|recorded| Step::new(recorded.operation.clone(), recorded.origin.clone()))
        .collect();
    // What fails is written in the revision all the same; its place among the others is that in the text.
    for failure in &revision.failures {
        if let Some(operation) = &failure.operation {
            let start = start_of(&failure.origin);
            let at = steps.iter().position(|step| start_of(&step.origin) > start).unwrap_or(steps.len());
            steps.insert(at, Step::new(operation.clone(), failure.origin.clone()));
        }
    }
    let whole =
        revision.verdict.is_proved() && revision.failures.iter().all(|failure| failure.operation.is_some());
    let form = match (whole, steps.is_empty()) {
        (false, _) => BodyForm::Partly,
        (true, true) => BodyForm::Empty,
        (true, false) => BodyForm::Steps,
    };
    let downgrade = match revision.downgrade {
        DowngradeKind::Missing => BodyForm::Missing,
        DowngradeKind::Empty => BodyForm::Empty,
        DowngradeKind::Raises => BodyForm::Raises("an exception".to_owned()),
        DowngradeKind::Present => match &revision.undone {
            Some(undone) if undone.is_proved => BodyForm::Steps,
            _ => BodyForm::Unknown,
        },
    };
    let undoing = revision.undone.iter().flat_map(|undone| &undone.operations);
    let undoing = undoing.filter(|recorded| !recorded.implied);
    let undoing =
        undoing.map(|recorded| Step::new(recorded.operation.clone(), recorded.origin.clone())).collect();
    let swallowed = revision
        .swallowed
        .iter()
        .filter_map(|failure| {
            Some(SwallowedError {
                location: failure.origin.location()?,
                caught: "Exception".to_owned(),
                operations: failure.operation.iter().map(|operation| operation.name().to_owned()).collect(),
                in_savepoint: false,
            })
        })
        .collect();
    RevisionFacts {
        upgrade: Body { form, steps, ..Body::default() },
        downgrade: Body { form: downgrade, steps: undoing, ..Body::default() },
        swallowed,
    }
}

fn finding(name: &'static str, message: String) -> Diagnostic {
    match rule(name) {
        Some(rule) => rule.finding(message),
        None => Diagnostic::new(name, trueup_schema::Severity::Error, message),
    }
}

fn missing_name(error: Option<&ApplyError>) -> Option<&str> {
    match error? {
        ApplyError::Missing { name, table, .. } => {
            Some(table.as_ref().map_or(name.as_str(), |table| &table.name))
        }
        _ => None,
    }
}

fn help_for(error: Option<&ApplyError>) -> &'static str {
    match error {
        Some(ApplyError::Missing { .. }) => {
            "no revision before this one creates it, or one of them drops or renames it"
        }
        Some(ApplyError::Exists { .. }) => {
            "a revision before this one has made it already: drop one of the two"
        }
        Some(ApplyError::Needed { .. }) => "drop what needs it first, in the same revision",
        _ => "run on an empty database, the upgrade stops here",
    }
}
