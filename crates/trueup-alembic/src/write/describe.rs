//! Operations in words, for comments and messages.

use trueup_schema::Operation;
use trueup_schema::ops::{AlterColumn, Constraint, ConstraintKind, TableChange};

/// Returns what an operation does, in a few words: `add column users.age`.
pub fn describe(operation: &Operation) -> String {
    match operation {
        Operation::CreateTable(create) => format!("create table {}", create.table.name),
        Operation::DropTable(drop) => format!("drop table {}", drop.table),
        Operation::RenameTable(rename) => format!("rename table {} to {}", rename.table, rename.new_name),
        Operation::AlterTable(alter) => format!("{} table {}", table_change(&alter.change), alter.table),
        Operation::AddColumn(add) => format!("add column {}.{}", add.table, add.column.name),
        Operation::AlterColumn(alter) => {
            format!("change {} of column {}.{}", column_changes(alter), alter.table, alter.column)
        }
        Operation::DropColumn(drop) => format!("drop column {}.{}", drop.table, drop.column),
        Operation::RenameColumn(rename) => {
            format!("rename column {}.{} to {}", rename.table, rename.column, rename.new_name)
        }
        Operation::AddConstraint(add) => {
            let words = constraint_words(add.constraint.kind());
            format!("add {words} {} to {}", constraint_name(&add.constraint), add.table)
        }
        Operation::DropConstraint(drop) => {
            let words = drop.kind.map_or_else(|| "constraint".to_owned(), constraint_words);
            let columns = format!("({})", drop.columns.join(", "));
            format!("drop {words} {} of {}", drop.name.as_ref().unwrap_or(&columns), drop.table)
        }
        Operation::RenameConstraint(rename) => {
            format!("rename constraint {} of {} to {}", rename.name, rename.table, rename.new_name)
        }
        Operation::ValidateConstraint(validate) => {
            format!("validate constraint {} of {}", validate.name, validate.table)
        }
        Operation::CreateIndex(create) => format!("create index {} on {}", create.index.name, create.table),
        Operation::DropIndex(drop) => format!("drop index {}", drop.index),
        Operation::RenameIndex(rename) => format!("rename index {} to {}", rename.index, rename.new_name),
        Operation::CreateEnum(create) => format!("create enum {}", create.enum_type.name),
        Operation::AddEnumLabel(add) => format!("add label '{}' to enum {}", add.label, add.name),
        Operation::RenameEnumLabel(rename) => {
            format!("rename label '{}' of enum {} to '{}'", rename.label, rename.name, rename.new_label)
        }
        Operation::DropType(drop) => format!("drop type {}", drop.name),
        Operation::RenameType(rename) => format!("rename type {} to {}", rename.name, rename.new_name),
        Operation::CreateNamespace(create) => format!("create schema {}", create.name),
        Operation::DropNamespace(drop) => format!("drop schema {}", drop.name),
        Operation::CreateSequence(create) => format!("create sequence {}", create.sequence.name),
        Operation::AlterSequence(alter) => format!("change sequence {}", alter.sequence.name),
        Operation::DropSequence(drop) => format!("drop sequence {}", drop.name),
        Operation::CreateView(create) => format!("create view {}", create.view.name),
        Operation::DropView(drop) => format!("drop view {}", drop.name),
        Operation::SetComment(set) => {
            let table = set.target.table.as_ref().map(|table| format!("{table}.")).unwrap_or_default();
            format!("comment on {} {table}{}", set.target.kind.words(), set.target.name)
        }
        other => other.name().replace('_', " "),
    }
}

fn table_change(change: &TableChange) -> &'static str {
    match change {
        TableChange::Comment(_) => "comment on",
        TableChange::RowSecurity(_) | TableChange::ForceRowSecurity(_) => "change row security of",
        TableChange::Unlogged(_) => "change logging of",
        TableChange::Storage(_) => "change storage parameters of",
        TableChange::AttachPartition { .. } => "attach a partition to",
        TableChange::DetachPartition(_) => "detach a partition from",
        TableChange::Inherit { .. } => "change inheritance of",
        TableChange::Strict(_) | TableChange::WithoutRowid(_) => "rebuild",
    }
}

fn column_changes(alter: &AlterColumn) -> String {
    let changes = [
        ("type", alter.column_type.is_some()),
        ("nullability", alter.nullable.is_some()),
        ("default", alter.default.is_some()),
        ("generation", alter.generated.is_some()),
        ("collation", alter.collation.is_some()),
        ("comment", alter.comment.is_some()),
    ];
    let names: Vec<&str> = changes.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect();
    names.join(", ")
}

fn constraint_words(kind: ConstraintKind) -> String {
    kind.object_kind().words()
}

fn constraint_name(constraint: &Constraint) -> String {
    match constraint.name() {
        Some(name) => name.to_owned(),
        None => format!("({})", constraint.columns().join(", ")),
    }
}
