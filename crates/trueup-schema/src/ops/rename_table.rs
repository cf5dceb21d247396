//! `rename_table`: renames a table, or moves it to another namespace.

use indexmap::IndexMap;
use std::sync::Arc;

use super::{ApplyError, Op, Operation, follow, identifiers, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, Generated, IndexKey, ObjectName, Schema, SqlExpr, Table};

/// Renames a table, or moves it to another namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameTable {
    /// The table.
    pub table: ObjectName,
    /// Its name afterwards.
    pub new_name: ObjectName,
}

impl Op for RenameTable {
    const NAME: &'static str = "rename_table";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let (old, new) = (&self.table, &self.new_name);
        let table = lookup::table(schema, old)?;
        lookup::namespace(schema, new)?;
        lookup::free_row_type(schema, new)?;
        if old.namespace != new.namespace {
            for index in &table.indexes {
                lookup::free_relation(schema, &new.sibling(index.name.as_str()))?;
            }
        }
        let dialect = schema.dialect;
        let users: Vec<ObjectName> =
            lookup::incoming(schema, old).map(|(table, _)| table.name.clone()).collect();
        for user in users {
            let Some(table) = schema.table_mut(&user) else { continue };
            for key in table.foreign_keys.iter_mut().filter(|key| key.referenced_table == *old) {
                key.referenced_table = new.clone();
            }
        }
        for child in children(schema, old) {
            let Some(table) = schema.table_mut(&child) else { continue };
            table
                .inherits
                .iter_mut()
                .filter(|parent| *parent == old)
                .for_each(|parent| *parent = new.clone());
            if let Some((parent, _)) = &mut table.partition_of
                && parent == old
            {
                *parent = new.clone();
            }
        }
        for sequence in schema.sequences.values_mut() {
            if let Some((table, _)) = &mut sequence.owned_by
                && table == old
            {
                *table = new.clone();
            }
        }
        follow::rename_table(schema, old, new);
        let position = schema.tables.get_index_of(old);
        if let Some(mut table) = schema.tables.shift_remove(old) {
            rename_in(dialect, Arc::make_mut(&mut table), new);
            schema.tables.insert_at(position.unwrap_or_default(), table);
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            let new = quote_identifier(&self.new_name.name);
            return vec![format!("ALTER TABLE {} RENAME TO {new}", self.table.to_sql())];
        }
        render::rename("TABLE", &self.table, &self.new_name, false)
    }

    fn reverse(&self, _before: &Schema) -> Option<Vec<Operation>> {
        Some(vec![Self { table: self.new_name.clone(), new_name: self.table.clone() }.into()])
    }
}

fn children(schema: &Schema, parent: &ObjectName) -> Vec<ObjectName> {
    let is_child = |table: &&Arc<Table>| {
        table.inherits.contains(parent) || table.partition_of.as_ref().is_some_and(|(of, _)| of == parent)
    };
    schema.tables.values().filter(is_child).map(|table| table.name.clone()).collect()
}

/// Gives a table its new name; names of constraints, indexes and sequences stay.
fn rename_in(dialect: Dialect, table: &mut Table, new: &ObjectName) {
    let old = std::mem::replace(&mut table.name, new.clone());
    for key in table.foreign_keys.iter_mut().filter(|key| key.referenced_table == old) {
        key.referenced_table = new.clone();
    }
    let expr = |expr: &mut SqlExpr| {
        if let Some(renamed) = identifiers::rename_table(dialect, expr, &old, new) {
            *expr = renamed;
        }
    };
    for column in &mut table.columns {
        match &mut column.generated {
            Some(Generated::Computed(computed)) => expr(&mut computed.expr),
            // The sequence of a serial column moves with its table to another namespace.
            Some(Generated::Serial { sequence }) if sequence.namespace == old.namespace => {
                sequence.namespace.clone_from(&new.namespace);
            }
            Some(Generated::Identity(identity)) => {
                identity.keep_sequence_name((&old, &column.name), (new, &column.name));
            }
            _ => {}
        }
    }
    table.checks.iter_mut().for_each(|check| expr(&mut check.expr));
    for index in &mut table.indexes {
        index.predicate.iter_mut().for_each(expr);
        for part in &mut index.parts {
            if let IndexKey::Expression(key) = &mut part.key {
                expr(key);
            }
        }
    }
    for trigger in &mut table.triggers {
        let definition = &trigger.definition;
        if let Some(renamed) =
            identifiers::rename_table_in_definition(dialect, definition, &old, new)
        {
            trigger.definition = renamed;
        }
    }
}

/// Gives an entry of a map a new key at its place.
pub(super) fn rename_entry<T>(
    map: &mut IndexMap<ObjectName, T>,
    old: &ObjectName,
    new: &ObjectName,
    change: impl FnOnce(&mut T),
) {
    let position = map.get_index_of(old);
    if let Some(mut value) = map.shift_remove(old) {
        change(&mut value);
        map.shift_insert(position.unwrap_or_default(), new.clone(), value);
    }
}
