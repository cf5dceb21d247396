//! What a batch asks of a table that is built anew, as a script has it: before the simulation has followed names.

use trueup_schema::ops::ConstraintKind;
use trueup_schema::{Operation, Table};

use super::rebuild::Options;
use crate::replay::{ColumnPosition, ConstraintName, TableRebuild};

/// The calls of a batch.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) operations: Vec<Operation>,
    pub(super) positions: Vec<ColumnPosition>,
    pub(super) names: Vec<ConstraintName>,
}

impl Asked {
    /// Returns the step of the script; `after` is the table afterwards, where it is known in full.
    pub(super) fn into_rebuild(self, options: &Options, after: Option<&Table>) -> TableRebuild {
        TableRebuild {
            table: options.table.clone(),
            operations: self.operations,
            positions: self.positions,
            orders: options.orders.clone(),
            table_args: options.extra.clone(),
            copy_from: options.copy_from.clone(),
            names: self.names,
            after: after.cloned(),
        }
    }
}

/// Returns an operation in which a dropped constraint has its kind and columns: in the database it may have no name.
pub(super) fn identified(operation: &Operation, table: &Table) -> Operation {
    let mut operation = operation.clone();
    let Operation::DropConstraint(op) = &mut operation else { return operation };
    let is = |name: &Option<String>| name.is_some() && *name == op.name;
    let key = table.primary_key.iter().filter(|key| is(&key.name));
    let uniques = table.uniques.iter().filter(|unique| is(&unique.name));
    let keys = table.foreign_keys.iter().filter(|key| is(&key.name));
    let found = key
        .map(|key| (ConstraintKind::PrimaryKey, key.columns.clone()))
        .chain(uniques.map(|unique| (ConstraintKind::Unique, unique.columns.clone())))
        .chain(keys.map(|key| (ConstraintKind::ForeignKey, key.columns.clone())))
        .next();
    if let Some((kind, columns)) = found {
        op.kind = Some(kind);
        op.columns = columns;
    }
    operation
}
