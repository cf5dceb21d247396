//! Questions about operations that several rules ask.

use trueup_schema::ops::Constraint;
use trueup_schema::{ObjectName, Operation};

/// Returns the table an operation creates.
pub(crate) fn created_table(operation: &Operation) -> Option<&ObjectName> {
    match operation {
        Operation::CreateTable(op) => Some(&op.table.name),
        Operation::CreateView(op) => Some(&op.view.name),
        Operation::RenameTable(op) => Some(&op.new_name),
        _ => None,
    }
}

/// Returns the tables that must be there before an operation.
pub(crate) fn needed_tables(operation: &Operation) -> Vec<&ObjectName> {
    match operation {
        Operation::CreateTable(op) => {
            let referenced = op.table.foreign_keys.iter().map(|key| &key.referenced_table);
            referenced.filter(|table| **table != op.table.name).collect()
        }
        Operation::AddColumn(op) => vec![&op.table],
        Operation::AddConstraint(op) => match &op.constraint {
            Constraint::ForeignKey(key) => vec![&op.table, &key.referenced_table],
            _ => vec![&op.table],
        },
        Operation::AlterColumn(op) => vec![&op.table],
        Operation::AlterTable(op) => vec![&op.table],
        Operation::CreateIndex(op) if !op.if_not_exists => vec![&op.table],
        Operation::CreateTrigger(op) => vec![&op.table],
        Operation::DropColumn(op) => vec![&op.table],
        Operation::DropConstraint(op) if !op.if_exists => vec![&op.table],
        Operation::DropTable(op) if !op.if_exists => vec![&op.table],
        Operation::RenameColumn(op) => vec![&op.table],
        Operation::RenameTable(op) => vec![&op.table],
        _ => Vec::new(),
    }
}
