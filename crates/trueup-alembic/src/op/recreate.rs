//! `batch_alter_table(…, recreate="always")` on PostgreSQL: the table is copied although it could be altered.
//!
//! Alembic drops the constraints that have names, creates `_alembic_tmp_<table>`, copies the rows, drops the table and
//! renames the copy. What comes out is what the same `ALTER`s would make, but for a few things that are here: sequences
//! are named after the temporary table, triggers are lost, and some columns cannot be copied at all.

use trueup_python::{Place, PyResult, Vm};
use trueup_schema::naming;
use trueup_schema::ops::DropTrigger;
use trueup_schema::{Generated, ObjectName, Operation, Table};

use super::{Planned, Step, context, perform::raise_failure, rebuild};
use crate::compile::origin;
use crate::replay::RecordedOperation;

/// Refuses what PostgreSQL refuses to copy, and takes away what the copy does not have.
pub(super) fn before(
    vm: &mut Vm,
    name: &ObjectName,
    steps: &[Planned],
    place: Option<&Place>,
) -> PyResult<()> {
    let context = context(vm);
    let Some(table) = context.state.borrow().schema.table(name).cloned() else { return Ok(()) };
    let copied = table.columns.iter().find(|column| match &column.generated {
        Some(Generated::Computed(_)) => true,
        Some(Generated::Identity(identity)) => identity.always,
        Some(Generated::Serial { .. }) | None => false,
    });
    if let Some(column) = copied {
        let message = format!(
            "cannot insert a non-DEFAULT value into column \"{}\" while copying `{name}`",
            column.name
        );
        raise_failure(vm, "sqlalchemy.exc.ProgrammingError", message, place)?;
    }
    let dropped = steps.iter().filter_map(|planned| match &planned.step {
        Step::Operation(Operation::DropColumn(op)) => Some(&op.column),
        _ => None,
    });
    let is_checked =
        |column: &&String| table.checks.iter().any(|check| check.expr.identifiers().contains(column));
    if let Some(column) = dropped.into_iter().find(is_checked) {
        let message = format!("column \"{column}\" does not exist (a CHECK of `{name}` uses it)");
        raise_failure(vm, "sqlalchemy.exc.ProgrammingError", message, place)?;
    }
    for column in &table.columns {
        let type_name = ObjectName {
            namespace: column.column_type.namespace.clone(),
            name: column.column_type.name.clone(),
        };
        let mut state = context.state.borrow_mut();
        let is_enum = state.schema.enums.contains_key(&type_name);
        // A type is created with the first table of a run that has it, without asking whether it exists.
        if is_enum && state.created_with_table.insert(type_name.clone()) {
            drop(state);
            let message =
                format!("type \"{type_name}\" already exists, and copying `{name}` creates it again");
            raise_failure(vm, "sqlalchemy.exc.ProgrammingError", message, place)?;
        }
    }
    let referring = {
        let state = context.state.borrow();
        let mut others = state.schema.tables.values().filter(|other| other.name != *name);
        let refers = |key: &trueup_schema::ForeignKey| key.referenced_table == *name;
        others.find(|other| other.foreign_keys.iter().any(refers)).map(|other| other.name.to_string())
    };
    if let Some(other) = referring {
        let message =
            format!("`{name}` cannot be dropped to be recreated: a foreign key of `{other}` needs it");
        raise_failure(vm, "sqlalchemy.exc.InternalError", message, place)?;
    }
    let mut state = context.state.borrow_mut();
    for trigger in table.triggers {
        let operation: Operation =
            DropTrigger { table: Some(name.clone()), name: trigger.name, if_exists: false }.into();
        // It is there, so nothing can fail.
        let _ = operation.apply(&mut state.schema);
        let origin = origin(place);
        state.record.operations.push(RecordedOperation { operation, origin, implied: true });
    }
    Ok(())
}

/// Names the sequences as the copy's columns have them, and puts the columns where the batch wants them.
pub(super) fn after(vm: &mut Vm, name: &ObjectName, positions: &[rebuild::Position]) {
    let context = context(vm);
    let mut state = context.state.borrow_mut();
    let before = state.schema.clone();
    let Some(table) = state.schema.table_mut(name) else { return };
    for (column, before, after) in positions {
        rebuild::place_column(&mut table.columns, column, before.as_deref(), after.as_deref());
    }
    // In one CREATE TABLE a UNIQUE over the columns of the key or of another UNIQUE is no index of its own.
    let mut indexed: Vec<Vec<String>> = table.primary_key.iter().map(|key| key.columns.clone()).collect();
    table.uniques.retain(|unique| {
        let is_new = !indexed.contains(&unique.columns);
        indexed.push(unique.columns.clone());
        is_new
    });
    let copy = format!("_alembic_tmp_{}", name.name);
    let is_taken = |sequence: &str| {
        let wanted = name.sibling(sequence);
        let is_identity = |table: &std::sync::Arc<Table>| {
            table.columns.iter().any(|column| {
                matches!(&column.generated, Some(Generated::Identity(identity)) if identity.sequence_name.as_ref() == Some(&wanted))
            })
        };
        before.relation(&wanted).is_some() || before.tables.values().any(is_identity)
    };
    let key = table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
    for column in &mut table.columns {
        let made = || name.sibling(naming::sequence(&copy, &column.name).choose(&is_taken));
        match &mut column.generated {
            Some(Generated::Serial { sequence }) if key.contains(&column.name) => *sequence = made(),
            // The default that reads a sequence is left out, and only a key gets a new one.
            Some(Generated::Serial { .. }) => column.generated = None,
            Some(Generated::Identity(identity)) => identity.sequence_name = Some(made()),
            Some(Generated::Computed(_)) | None => {}
        }
    }
}
