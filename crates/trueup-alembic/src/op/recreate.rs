//! `batch_alter_table(…, recreate="always")` on PostgreSQL: the table is copied although it could be altered.
//!
//! Alembic drops the constraints that have names, creates `_alembic_tmp_<table>`, copies the rows, drops the table and
//! renames the copy. What comes out is what the same `ALTER`s would make, but for a few things that are here: sequences
//! are named after the temporary table, triggers are lost, and some columns cannot be copied at all.

use trueup_python::{Place, PyResult, Vm};
use trueup_schema::naming;
use trueup_schema::ops::DropTrigger;
use trueup_schema::{Generated, ObjectName, Operation};

use super::{context, perform::raise_failure};
use crate::compile::origin;
use crate::replay::RecordedOperation;

/// Refuses what PostgreSQL refuses to copy, and takes away what the copy does not have.
pub(super) fn before(vm: &mut Vm, name: &ObjectName, place: Option<&Place>) -> PyResult<()> {
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

/// Names the sequences as the copy's columns have them.
pub(super) fn after(vm: &mut Vm, name: &ObjectName) {
    let context = context(vm);
    let mut state = context.state.borrow_mut();
    let before = state.schema.clone();
    let Some(table) = state.schema.table_mut(name) else { return };
    // In one CREATE TABLE a UNIQUE over the columns of the primary key is the key itself.
    if let Some(key) = &table.primary_key {
        table.uniques.retain(|unique| unique.columns != key.columns);
    }
    let copy = format!("_alembic_tmp_{}", name.name);
    let is_taken = |sequence: &str| before.relation(&name.sibling(sequence)).is_some();
    for column in &mut table.columns {
        let made = name.sibling(naming::sequence(&copy, &column.name).choose(&is_taken));
        match &mut column.generated {
            Some(Generated::Serial { sequence }) => *sequence = made,
            Some(Generated::Identity(identity)) => identity.sequence_name = Some(made),
            Some(Generated::Computed(_)) | None => {}
        }
    }
}
