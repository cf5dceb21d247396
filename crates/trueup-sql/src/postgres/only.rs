//! Keys and indexes of partitions in dumps.
//!
//! `pg_dump` adds a key to the parent by `ALTER TABLE ONLY`, which leaves the partitions alone, then one to each
//! partition, and attaches these to the parent's. In memory the parent's key has reached the partitions at once; what
//! the later statements still do is to choose the name.

use trueup_schema::ops::{AddConstraint, Constraint, CreateIndex, RenameConstraint, RenameIndex};
use trueup_schema::{Index, ObjectName, Operation, Table};

use crate::cursor::Cursor;
use crate::reader::{Outcome, Reader};

/// Remembers parents that were treated alone, and turns what adds to their partitions into renames.
pub(crate) fn settle(reader: &mut Reader, statement: Cursor<'_>, outcome: &mut Outcome) {
    let Some(schema) = &reader.schema else { return };
    let is_partitioned =
        |name: &ObjectName| schema.table(name).is_some_and(|table| table.partitioning.is_some());
    if has_only(statement) {
        let tables = outcome.operations.iter().filter_map(target).filter(|name| is_partitioned(name));
        let tables: Vec<ObjectName> = tables.cloned().collect();
        reader.session.only.extend(tables);
    }
    if reader.session.only.is_empty() {
        return;
    }
    let operations = std::mem::take(&mut outcome.operations);
    for operation in operations {
        let partition = target(&operation).and_then(|name| schema.table(name)).filter(|table| {
            table.partition_of.as_ref().is_some_and(|(parent, _)| reader.session.only.contains(parent))
        });
        match partition.and_then(|table| copy(table, &operation)) {
            Some(Copy::Same) => outcome.notices.push("the partition has it from its parent".to_owned()),
            Some(Copy::Named(rename)) => outcome.operations.push(*rename),
            None => outcome.operations.push(operation),
        }
    }
}

/// What a partition has already.
enum Copy {
    Same,
    Named(Box<Operation>),
}

/// Returns the table that an operation adds a key or index to.
fn target(operation: &Operation) -> Option<&ObjectName> {
    match operation {
        Operation::AddConstraint(AddConstraint { table, .. })
        | Operation::CreateIndex(CreateIndex { table, .. }) => Some(table),
        _ => None,
    }
}

/// Tells whether `ONLY` stands before the table.
fn has_only(mut statement: Cursor<'_>) -> bool {
    for _ in 0..12 {
        if statement.is("ONLY") {
            return true;
        }
        if statement.is("(") || statement.token().is_none() {
            return false;
        }
        statement.advance();
    }
    false
}

/// Finds the copy of a parent's key or index that a partition is about to get under another name.
fn copy(table: &Table, operation: &Operation) -> Option<Copy> {
    match operation {
        Operation::AddConstraint(AddConstraint { constraint, using_index: None, .. }) => {
            let same = |own: &Constraint| {
                let mut own = own.clone();
                own.set_name(constraint.name().map(str::to_owned));
                own == *constraint
            };
            let own = table.constraints().into_iter().find(same)?;
            let (name, new_name) = (own.name()?.to_owned(), constraint.name()?.to_owned());
            if name == new_name {
                return Some(Copy::Same);
            }
            let rename = RenameConstraint { table: table.name.clone(), name, new_name };
            Some(Copy::Named(Box::new(rename.into())))
        }
        Operation::CreateIndex(CreateIndex { index, .. }) => {
            let bare = |index: &Index| Index {
                name: String::new(),
                comment: None,
                origin: trueup_schema::Origin::none(),
                ..index.clone()
            };
            let own = table.indexes.iter().find(|own| bare(own) == bare(index))?;
            if own.name == index.name {
                return Some(Copy::Same);
            }
            let (index, new_name) = (table.name.sibling(own.name.as_str()), index.name.clone());
            Some(Copy::Named(Box::new(RenameIndex { index, new_name, if_exists: false }.into())))
        }
        _ => None,
    }
}
