//! Running one revision.

use std::collections::BTreeSet;
use std::rc::Rc;

use trueup_python::ast::{FunctionDef, ParamKind, Stmt, StmtKind};
use trueup_python::{Args, Limits, Place, PyResult, Raised, Value, Vm, ast};
use trueup_schema::{ObjectName, Schema};

use super::report::{Descent, DowngradeKind, Notice, RecordedOperation, ReplayedRevision, Undone, Verdict};
use super::script::{Script, assumed_guards};
use super::state::{Record, SimState, TransactionState};
use super::{ReplayOptions, RevisionSource, import, source};
use crate::compile::origin;
use crate::{Argument, Context};

/// Steps that every revision gets, whatever the ones before it have used.
const LEAST_STEPS: u64 = 200_000;

/// How often a revision is run anew because a step failed that nothing catches.
const MAX_ATTEMPTS: usize = 40;

/// Evaluates the `upgrade()` of a revision on the state of the context.
pub(super) fn revision(
    vm: &mut Vm,
    context: &Rc<Context>,
    number: usize,
    revision: &RevisionSource,
    options: &ReplayOptions,
) -> ReplayedRevision {
    let before = Snapshot::of(&context.state.borrow());
    let mut forgiven: BTreeSet<usize> = BTreeSet::new();
    for attempt in 0..MAX_ATTEMPTS {
        before.restore(&mut context.state.borrow_mut(), &forgiven);
        vm.refuel();
        let _ = vm.take_notes();
        let module = source::module_name(number, attempt);
        import::revision(vm, context, &module);
        vm.refuel();
        let lent = context.lent.borrow().clone();
        if let Some(live) = &lent {
            crate::bind::live::register_world(vm, live);
        }
        context.live.borrow_mut().clone_from(&lent);
        let outcome = match options.recorded.get(&revision.id) {
            Some(statements) => run_recorded(vm, &module, statements),
            None => call(vm, &module, options.way.function(), options),
        };
        *context.live.borrow_mut() = None;
        if outcome.as_ref().is_err_and(Raised::is_abort) {
            tighten(vm);
        }
        let last = attempt + 1 == MAX_ATTEMPTS;
        match next_step(context, outcome) {
            // What a real database has seen is not run a second time.
            Next::Forgive(step) if lent.is_some() => {
                let mut state = context.state.borrow_mut();
                let record = &mut state.record;
                record.failures.extend(record.raised.pop().map(|(_, failure)| (step, failure)));
                drop(state);
                return finish(vm, context, &module, revision, before);
            }
            Next::Forgive(step) if !last && forgiven.insert(step) => {}
            Next::Forgive(_) | Next::Done => {
                let mut replayed = finish(vm, context, &module, revision, before);
                let known = replayed.verdict.is_proved() && replayed.failures.is_empty();
                if options.downgrades && known && replayed.downgrade == DowngradeKind::Present {
                    replayed.undone = Some(undo(vm, context, &module, options));
                }
                return replayed;
            }
        }
    }
    let module = source::module_name(number, 0);
    finish(vm, context, &module, revision, before)
}

enum Next {
    Done,
    Forgive(usize),
}

/// Decides what an outcome means: done, or a step failed that nothing in the revision catches.
fn next_step(context: &Rc<Context>, outcome: PyResult) -> Next {
    let mut state = context.state.borrow_mut();
    let last_failure = state.record.raised.last().map(|(step, _)| *step);
    match outcome {
        Ok(_) if state.transaction.aborted => {
            // The revision went on as if nothing had happened, but its transaction cannot be committed.
            last_failure.map_or(Next::Done, Next::Forgive)
        }
        Ok(_) => Next::Done,
        Err(raised) => match last_failure {
            Some(step) if !raised.is_abort() => Next::Forgive(step),
            _ => {
                let reason = reason_of(&raised);
                state.record.unproven(reason, raised.place());
                state.record.stopped = true;
                Next::Done
            }
        },
    }
}

/// Gives later revisions less fuel after one that did not end: many of them would add up to minutes.
fn tighten(vm: &mut Vm) {
    let limits = vm.limits();
    vm.set_limits(Limits { steps: (limits.steps / 2).max(LEAST_STEPS), ..limits });
}

fn reason_of(raised: &Raised) -> String {
    if raised.is_abort() {
        return raised.summary().to_owned();
    }
    format!("the revision raises {}", raised.summary().trim_end_matches('.'))
}

/// Evaluates the `downgrade()` of a module and leaves the state as it was.
fn undo(vm: &mut Vm, context: &Rc<Context>, module: &str, options: &ReplayOptions) -> Undone {
    let (after, created) = {
        let state = context.state.borrow();
        (Snapshot::of(&state), state.created.clone())
    };
    let (record, mut is_proved) = down(vm, context, module, options, &after);
    let mut state = context.state.borrow_mut();
    after.restore(&mut state, &BTreeSet::new());
    state.created = created;
    let mut operations = record.operations;
    for failure in record.failures.into_values() {
        match failure.operation {
            Some(operation) => {
                operations.push(RecordedOperation { operation, origin: failure.origin, implied: false });
            }
            None => is_proved = false,
        }
    }
    Undone { operations, is_proved, script: record.script.steps }
}

/// Evaluates the `downgrade()` of a module on a state; returns what was recorded, and whether that is all.
fn down(
    vm: &mut Vm,
    context: &Rc<Context>,
    module: &str,
    options: &ReplayOptions,
    before: &Snapshot,
) -> (Record, bool) {
    let mut forgiven = BTreeSet::new();
    let mut is_proved = false;
    for _ in 0..MAX_ATTEMPTS {
        before.restore(&mut context.state.borrow_mut(), &forgiven);
        vm.refuel();
        let _ = vm.take_notes();
        let outcome = call(vm, module, "downgrade", options);
        match next_step(context, outcome) {
            Next::Forgive(step) if forgiven.insert(step) => {}
            Next::Forgive(_) => break,
            Next::Done => {
                is_proved = context.state.borrow().record.unproven.is_empty();
                break;
            }
        }
    }
    let guards = assumed_guards(vm);
    let _ = vm.take_notes();
    let mut record = std::mem::take(&mut context.state.borrow_mut().record);
    record.script.note_guards(guards);
    (record, is_proved)
}

/// Evaluates the downgrades of all revisions, last one first, each on what those after it have left.
pub(super) fn descend(
    vm: &mut Vm,
    context: &Rc<Context>,
    revisions: &[RevisionSource],
    options: &ReplayOptions,
) -> Descent {
    let mut ends = None;
    // It is a run of its own, which remembers nothing of the one that went up.
    context.state.borrow_mut().created_with_table.clear();
    for (number, revision) in revisions.iter().enumerate().rev() {
        let module = source::module_name(number, 0);
        let reason = match downgrade_kind(&functions(vm, &module)) {
            DowngradeKind::Empty => continue,
            DowngradeKind::Missing => Some("there is no downgrade".to_owned()),
            DowngradeKind::Raises => Some("the downgrade raises".to_owned()),
            DowngradeKind::Present => {
                let before = Snapshot::of(&context.state.borrow());
                let (record, is_proved) = down(vm, context, &module, options, &before);
                context.state.borrow_mut().transaction = TransactionState::default();
                let failure = record.failures.into_values().next().map(|failure| failure.message);
                let unproven = record.unproven.first().map(|unproven| unproven.reason.clone());
                let unknown = || "what it does is not known".to_owned();
                let reason = failure.or_else(|| (!is_proved).then(|| unproven.unwrap_or_else(unknown)));
                if reason.is_some() {
                    before.restore(&mut context.state.borrow_mut(), &BTreeSet::new());
                }
                reason
            }
        };
        if let Some(reason) = reason {
            ends = Some((revision.id.clone(), reason));
            break;
        }
    }
    Descent { schema: context.state.borrow().schema.clone(), ends }
}

/// Runs the statements that real Alembic sends for a revision.
fn run_recorded(vm: &mut Vm, module: &str, statements: &[String]) -> PyResult {
    let place =
        vm.module(module).map(|module| Place { source: module.source.clone(), span: ast::Span::default() });
    for statement in statements {
        crate::op::run_sql(vm, statement, place.as_ref())?;
    }
    Ok(Value::None)
}

/// Calls `upgrade()` or `downgrade()` of a module.
fn call(vm: &mut Vm, module: &str, name: &str, options: &ReplayOptions) -> PyResult {
    let function = vm.module_attr(module, name)?;
    if let Value::Unknown(unknown) = &function {
        let place = unknown.place.clone();
        crate::op::unproven(
            vm,
            format!("what `{name}` does is not known: {}", unknown.reason),
            place.as_ref(),
        );
        return Ok(Value::None);
    }
    let Value::Function(found) = &function else { return vm.call(&function, Args::default()) };
    let def = found.def.clone();
    let mut args = Args::default();
    for param in &def.params {
        let given = options.start.arguments.iter().find(|(given, _)| **given == *param.name);
        let value = match (param.kind, given) {
            (ParamKind::Normal | ParamKind::KeywordOnly, Some((_, given))) => {
                argument(vm, module, &param.name, given)
            }
            (ParamKind::PositionalOnly | ParamKind::Normal, _) if param.default.is_none() => {
                missing_argument(vm, module, name, &param.name)
            }
            _ => continue,
        };
        match param.kind {
            ParamKind::PositionalOnly => args.positional.push(value),
            _ => args.keywords.push((param.name.clone(), value)),
        }
    }
    if def.params.iter().any(|param| param.kind == ParamKind::VarKeywords) {
        for (given, value) in &options.start.arguments {
            if !def.params.iter().any(|param| *param.name == **given) {
                let value = value.to_value(vm);
                args.keywords.push((Rc::from(given.as_str()), value));
            }
        }
    }
    vm.call(&function, args)
}

/// Returns an argument that env.py hands over; of several databases a revision may be for one only.
fn argument(vm: &mut Vm, module: &str, name: &str, given: &Argument) -> Value {
    let only = match given {
        Argument::Unknown(_) if name == "engine_name" => engine_name(vm, module),
        _ => None,
    };
    only.map_or_else(|| given.to_value(vm), Value::from)
}

/// Returns what a parameter is that env.py is not seen to give a value.
fn missing_argument(vm: &mut Vm, module: &str, function: &str, name: &str) -> Value {
    match name {
        "op" => vm.module("alembic.op").map_or(Value::None, Value::Module),
        "engine_name" => match engine_name(vm, module) {
            Some(name) => Value::from(name),
            None => vm.unknown("the project has several databases, and which one is meant is not known"),
        },
        other => vm.unknown(format!("the argument `{other}` of `{function}` is not known")),
    }
}

/// Returns the engine of a revision of a project with several databases, when it can only be one.
fn engine_name(vm: &mut Vm, module: &str) -> Option<String> {
    let functions = functions(vm, module);
    let mut engines = functions.iter().filter_map(|def| def.name.strip_prefix("upgrade_"));
    let first = engines.next()?;
    (first.is_empty() || engines.next().is_none()).then(|| first.to_owned())
}

fn functions(vm: &mut Vm, module: &str) -> Vec<Rc<FunctionDef>> {
    let Some(found) = vm.module(module) else { return Vec::new() };
    let defs = found.ast.body.iter().filter_map(|stmt| match &stmt.kind {
        StmtKind::FunctionDef(def) => Some(def.clone()),
        _ => None,
    });
    defs.collect()
}

fn finish(
    vm: &mut Vm,
    context: &Rc<Context>,
    module: &str,
    revision: &RevisionSource,
    before: Snapshot,
) -> ReplayedRevision {
    let downgrade = downgrade_kind(&functions(vm, module));
    let guards = assumed_guards(vm);
    let notes = vm.take_notes();
    let mut state = context.state.borrow_mut();
    state.transaction = TransactionState::default();
    let mut record = std::mem::take(&mut state.record);
    record.script.note_guards(guards);
    if record.stopped {
        // It was on the way to something: what it has touched is not as it would be in the end.
        let touched = touched(&before.schema, &state.schema);
        state.baseline.partial.extend(touched);
    }
    let mut notices = record.notices;
    notices.extend(
        notes.into_iter().map(|note| Notice { message: note.message, origin: origin(note.place.as_ref()) }),
    );
    let verdict = record.unproven.first().cloned().map_or(Verdict::Proved, Verdict::Unproven);
    ReplayedRevision {
        id: revision.id.clone(),
        operations: record.operations,
        data_steps: record.data_steps,
        script: record.script.steps,
        sent: record.sent,
        verdict,
        unproven: record.unproven,
        failures: record.failures.into_values().collect(),
        swallowed: record.raised.into_iter().map(|(_, failure)| failure).collect(),
        notices,
        downgrade,
        undone: None,
        before: before.schema,
    }
}

/// Returns the tables that two schemas do not both have in the same form.
fn touched(before: &Schema, after: &Schema) -> Vec<ObjectName> {
    let gone = before.tables.keys().filter(|name| !after.tables.contains_key(name));
    let changed = after.tables.iter().filter(|(name, table)| before.tables.get(name) != Some(table));
    changed.map(|(name, _)| name).chain(gone).cloned().collect()
}

/// Tells what a `downgrade()` is by its text.
fn downgrade_kind(functions: &[Rc<FunctionDef>]) -> DowngradeKind {
    let Some(def) = functions.iter().rev().find(|def| &*def.name == "downgrade") else {
        return DowngradeKind::Missing;
    };
    let significant: Vec<&Stmt> = def
        .body
        .iter()
        .filter(|stmt| !matches!(&stmt.kind, StmtKind::Pass | StmtKind::Return(None)))
        .filter(|stmt| match &stmt.kind {
            StmtKind::Expr(expr) => !matches!(
                expr.kind,
                trueup_python::ast::ExprKind::Str(_) | trueup_python::ast::ExprKind::Ellipsis
            ),
            _ => true,
        })
        .collect();
    match significant.as_slice() {
        [] => DowngradeKind::Empty,
        [only] if matches!(only.kind, StmtKind::Raise { .. }) => DowngradeKind::Raises,
        _ => DowngradeKind::Present,
    }
}

/// The state before a revision, to run it anew.
pub(super) struct Snapshot {
    schema: Schema,
    session: trueup_sql::Session,
    rows: super::state::RowKnowledge,
    created_with_table: BTreeSet<ObjectName>,
    partial: BTreeSet<ObjectName>,
}

impl Snapshot {
    pub(super) fn of(state: &SimState) -> Self {
        Self {
            schema: state.schema.clone(),
            session: state.session.clone(),
            rows: state.rows.clone(),
            created_with_table: state.created_with_table.clone(),
            partial: state.baseline.partial.clone(),
        }
    }

    pub(super) fn restore(&self, state: &mut SimState, forgiven: &BTreeSet<usize>) {
        state.schema = self.schema.clone();
        state.session = self.session.clone();
        state.rows = self.rows.clone();
        state.created_with_table.clone_from(&self.created_with_table);
        state.baseline.partial.clone_from(&self.partial);
        state.transaction = TransactionState::default();
        let script = Script::new(state.keeps_scripts);
        state.record = Record { forgiven: forgiven.clone(), script, ..Record::default() };
    }
}
