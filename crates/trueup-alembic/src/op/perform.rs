//! Performing planned steps on the simulated schema, and raising what SQLAlchemy would raise.
//!
//! Every step has a number within its revision. When a step fails and nothing in the revision catches the exception,
//! the replay runs the revision again with that number *forgiven*: the failure is recorded and the revision goes on,
//! so that one mistake is one message. See `replay::run`.

use trueup_python::{Instance, Place, PyResult, Raised, Value, Vm};
use trueup_schema::{ApplyError, Column, ColumnType, Dialect, Operation, Origin, TypeKind};

use super::{Planned, Step, context};
use crate::compile::origin;
use crate::replay::{Action, DataStep, Failure, RecordedOperation, Unproven, record_step};

/// Performs a step.
pub(crate) fn perform(vm: &mut Vm, planned: Planned) -> PyResult<()> {
    let Planned { step, place } = planned;
    match step {
        Step::Operation(operation) => perform_operation(vm, operation, place.as_ref()),
        Step::Raise { class, message } => {
            let failure = Failure { operation: None, error: None, message, origin: origin(place.as_ref()) };
            fail(vm, class, failure)
        }
        Step::Refuse { operation, class, message } => {
            let failure =
                Failure { operation: Some(operation), error: None, message, origin: origin(place.as_ref()) };
            fail(vm, class, failure)
        }
        Step::Position { .. } => {
            let message = "Can't specify insert_before or insert_after when using ALTER; please specify \
                           recreate='always'"
                .to_owned();
            let failure = Failure { operation: None, error: None, message, origin: origin(place.as_ref()) };
            fail(vm, "alembic.util.exc.CommandError", failure)
        }
        Step::RefuseRebuild { .. } | Step::NeedsRebuild | Step::IndexOfCopy { .. } => Ok(()),
    }
}

fn perform_operation(vm: &mut Vm, operation: Operation, place: Option<&Place>) -> PyResult<()> {
    let context = context(vm);
    let mut state = context.state.borrow_mut();
    if state.transaction.aborted {
        let message =
            "current transaction is aborted, commands ignored until end of transaction block".to_owned();
        let failure =
            Failure { operation: Some(operation.clone()), error: None, message, origin: origin(place) };
        drop(state);
        fail(vm, "sqlalchemy.exc.InternalError", failure)?;
        state = context.state.borrow_mut();
        state.transaction.aborted = false;
    }
    let outcome = state.apply(&operation);
    if state.keeps_scripts && matches!(outcome, Ok(()) | Err(ApplyError::NotModelled { .. })) {
        drop(state);
        record_step(vm, Action::Operation(operation.clone()), place);
        state = context.state.borrow_mut();
    }
    let recorded = RecordedOperation { operation: operation.clone(), origin: origin(place), implied: false };
    match outcome {
        Ok(()) => {
            for (column, column_type, place_of_column) in written_types(&operation) {
                let TypeKind::Unknown(reason) = &column_type.kind else { continue };
                // A column that could not be read at all was told before.
                if !state.record.unproven.iter().any(|known| {
                    known.reason.ends_with(reason.as_str()) && known.reason.contains(&format!("`{column}`"))
                }) {
                    let reason = format!("the type of column `{column}` is not known: {reason}");
                    let place_of_column = place_of_column.filter(|origin| origin.location().is_some());
                    let origin = place_of_column.cloned().unwrap_or_else(|| origin(place));
                    state.record.script.push(Action::Live(reason.clone()), place);
                    state.record.unproven.push(Unproven { reason, origin });
                }
            }
            state.record.operations.push(recorded);
            Ok(())
        }
        Err(ApplyError::NotModelled { operation: name }) => {
            state.record.operations.push(recorded);
            state.record.unproven(format!("the effect of `{name}` is not modelled"), place);
            Ok(())
        }
        Err(error) => {
            let dialect = state.schema.dialect;
            drop(state);
            let class = exception_class(dialect, &error);
            let message = error.to_string();
            let failure =
                Failure { operation: Some(operation), error: Some(error), message, origin: origin(place) };
            fail(vm, class, failure)
        }
    }
}

/// Returns the columns whose type an operation writes, with the type and where it is written.
fn written_types(operation: &Operation) -> Vec<(&str, &ColumnType, Option<&Origin>)> {
    fn of(column: &Column) -> (&str, &ColumnType, Option<&Origin>) {
        (&column.name, &column.column_type, Some(&column.origin))
    }
    match operation {
        Operation::CreateTable(op) => op.table.columns.iter().map(of).collect(),
        Operation::AddColumn(op) => vec![of(&op.column)],
        Operation::AlterColumn(op) => {
            op.column_type.iter().map(|column_type| (op.column.as_str(), column_type, None)).collect()
        }
        _ => Vec::new(),
    }
}

/// Raises an exception for a failure, or lets it pass when the replay has decided so.
fn fail(vm: &mut Vm, class: &str, failure: Failure) -> PyResult<()> {
    let context = context(vm);
    let mut state = context.state.borrow_mut();
    let number = state.record.step();
    if state.record.forgiven.contains(&number) {
        if let (Some(operation), Some(_)) = (&failure.operation, &failure.error) {
            state.recover(operation);
        }
        // Nothing catches it: the server is sent the statement and refuses it, or Alembic refuses without sending any.
        let action = match (&failure.operation, &failure.error) {
            (Some(operation), Some(_)) => Action::Operation(operation.clone()),
            _ => Action::Live(failure.message.clone()),
        };
        state.record.script.push_at(action, failure.origin.clone());
        state.record.failures.insert(number, failure);
        return Ok(());
    }
    let from_server = failure.error.is_some() || class.starts_with("sqlalchemy.exc.InternalError");
    if from_server && state.schema.dialect == Dialect::Postgresql && !state.transaction.autocommit {
        state.transaction.aborted = true;
    }
    let message = failure.message.clone();
    state.record.script.push_swallowed(message.clone(), failure.origin.clone());
    state.record.raised.push((number, failure));
    drop(state);
    Err(exception(vm, class, &message))
}

/// Raises an exception for something that is no operation, such as a statement that a server refuses.
pub(crate) fn raise_failure(
    vm: &mut Vm,
    class: &str,
    message: String,
    place: Option<&Place>,
) -> PyResult<()> {
    let failure = Failure { operation: None, error: None, message, origin: origin(place) };
    fail(vm, class, failure)
}

/// Returns the class of `sqlalchemy.exc` that the usual drivers' errors become.
fn exception_class(dialect: Dialect, error: &ApplyError) -> &'static str {
    if dialect.is_sqlite() {
        return "sqlalchemy.exc.OperationalError";
    }
    match error {
        ApplyError::Needed { .. } => "sqlalchemy.exc.InternalError",
        _ => "sqlalchemy.exc.ProgrammingError",
    }
}

/// Returns an exception of a builtin or stub class, by its full name.
fn exception(vm: &mut Vm, class: &str, message: &str) -> Raised {
    let Some((module, name)) = class.rsplit_once('.') else { return vm.raise(class, message) };
    let Ok(Value::Class(found)) = vm.module_attr(module, name) else { return vm.raise("Exception", message) };
    let is_driver_error = found.derives_from("sqlalchemy.exc.DBAPIError");
    let raised = vm.raise_class(&found, message);
    if is_driver_error
        && let Raised::Exception(exception) = &raised
        && let Value::Instance(instance) = &exception.value
    {
        let original = Instance::new(found, instance.place.clone());
        original.set("args", Value::tuple(vec![Value::str(message)]));
        instance.set("orig", Value::Instance(std::rc::Rc::new(original)));
    }
    raised
}

/// Records that the effect of the running revision on the schema is not known.
pub(crate) fn unproven(vm: &mut Vm, reason: impl Into<String>, place: Option<&Place>) {
    context(vm).state.borrow_mut().record.unproven(reason, place);
}

/// Records a statement on rows.
pub(crate) fn record_data(vm: &mut Vm, sql: impl Into<String>, place: Option<&Place>) {
    let sql = sql.into();
    let context = context(vm);
    let mut state = context.state.borrow_mut();
    let operation = Operation::RunData(trueup_schema::ops::RunData { sql: sql.clone() });
    state.record.operations.push(RecordedOperation { operation, origin: origin(place), implied: false });
    state.record.data_steps.push(DataStep { sql, origin: origin(place) });
}

/// Raises an exception because something is missing.
pub(crate) fn raise_missing(
    vm: &mut Vm,
    class: &str,
    error: ApplyError,
    place: Option<&Place>,
) -> PyResult<()> {
    let message = error.to_string();
    let failure = Failure { operation: None, error: Some(error), message, origin: origin(place) };
    fail(vm, class, failure)
}

/// Records an operation whose effect is not simulated.
pub(super) fn record(vm: &mut Vm, operation: Operation, place: Option<&Place>) {
    let recorded = RecordedOperation { operation, origin: origin(place), implied: false };
    context(vm).state.borrow_mut().record.operations.push(recorded);
}

/// Gives the objects that an operation from SQL text creates the place of the call.
pub(super) fn stamp(operation: &mut Operation, origin: &trueup_schema::Origin) {
    use trueup_schema::ops::Constraint;
    match operation {
        Operation::CreateTable(op) => {
            let table = &mut op.table;
            table.origin = origin.clone();
            table.columns.iter_mut().for_each(|column| column.origin = origin.clone());
            table.indexes.iter_mut().for_each(|index| index.origin = origin.clone());
            table.primary_key.iter_mut().for_each(|key| key.origin = origin.clone());
            table.foreign_keys.iter_mut().for_each(|key| key.origin = origin.clone());
            table.uniques.iter_mut().for_each(|unique| unique.origin = origin.clone());
            table.checks.iter_mut().for_each(|check| check.origin = origin.clone());
        }
        Operation::AddColumn(op) => op.column.origin = origin.clone(),
        Operation::CreateIndex(op) => op.index.origin = origin.clone(),
        Operation::CreateEnum(op) => op.enum_type.origin = origin.clone(),
        Operation::CreateView(op) => op.view.origin = origin.clone(),
        Operation::CreateFunction(op) => op.function.origin = origin.clone(),
        Operation::CreateSequence(op) => op.sequence.origin = origin.clone(),
        Operation::CreateTrigger(op) => op.trigger.origin = origin.clone(),
        Operation::AddConstraint(op) => match &mut op.constraint {
            Constraint::PrimaryKey(found) => found.origin = origin.clone(),
            Constraint::ForeignKey(found) => found.origin = origin.clone(),
            Constraint::Unique(found) => found.origin = origin.clone(),
            Constraint::Check(found) => found.origin = origin.clone(),
            Constraint::Exclude(found) => found.origin = origin.clone(),
        },
        _ => {}
    }
}
