//! `rename_column`: renames a column of a table or view.

use super::{ApplyError, Op, Operation, follow, identifiers, lookup};
use crate::name::quote_identifier;
use crate::{
    Dialect, Generated, IndexKey, IndexPart, ObjectKind, ObjectName, ReferentialAction, Schema, SqlExpr,
    Table,
};

/// Renames a column of a table or view.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameColumn {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: String,
    /// Its name afterwards.
    pub new_name: String,
}

impl Op for RenameColumn {
    const NAME: &'static str = "rename_column";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        if schema.views.contains_key(&self.table) {
            follow::rename_column(schema, &self.table, (&self.column, &self.new_name));
        }
        if let Some(view) = schema.views.get_mut(&self.table) {
            if let Some(column) = view.columns.iter_mut().find(|column| **column == self.column) {
                column.clone_from(&self.new_name);
            }
            return Ok(());
        }
        let table = lookup::table(schema, &self.table)?;
        lookup::column(table, &self.column)?;
        if table.column(&self.new_name).is_some() {
            return Err(ApplyError::exists_on(ObjectKind::Column, &self.new_name, &self.table));
        }
        let dialect = schema.dialect;
        let mut tables = lookup::descendants(schema, &self.table);
        tables.push(self.table.clone());
        let users: Vec<ObjectName> = tables
            .iter()
            .flat_map(|name| lookup::incoming(schema, name).map(|(table, _)| table.name.clone()))
            .collect();
        for name in &tables {
            follow::rename_column(schema, name, (&self.column, &self.new_name));
        }
        for name in &tables {
            if let Some(table) = schema.table_mut(name) {
                self.rename_in(dialect, table);
            }
        }
        for user in users {
            let Some(table) = schema.table_mut(&user) else { continue };
            let keys = table.foreign_keys.iter_mut().filter(|key| tables.contains(&key.referenced_table));
            for key in keys {
                self.rename_all(&mut key.referenced_columns);
            }
        }
        for sequence in schema.sequences.values_mut() {
            if let Some((table, column)) = &mut sequence.owned_by
                && *table == self.table
                && *column == self.column
            {
                column.clone_from(&self.new_name);
            }
        }
        Ok(())
    }

    fn to_sql(&self, _dialect: Dialect) -> Vec<String> {
        let (old, new) = (quote_identifier(&self.column), quote_identifier(&self.new_name));
        vec![format!("ALTER TABLE {} RENAME COLUMN {old} TO {new}", self.table.to_sql())]
    }

    fn reverse(&self, _before: &Schema) -> Option<Vec<Operation>> {
        let (column, new_name) = (self.new_name.clone(), self.column.clone());
        Some(vec![Self { table: self.table.clone(), column, new_name }.into()])
    }
}

impl RenameColumn {
    fn rename_all(&self, columns: &mut [String]) {
        for column in columns.iter_mut().filter(|column| **column == self.column) {
            column.clone_from(&self.new_name);
        }
    }

    fn rename_in(&self, dialect: Dialect, table: &mut Table) {
        let expr = |expr: &mut SqlExpr| {
            if let Some(renamed) = identifiers::rename_column(dialect, expr, &self.column, &self.new_name) {
                *expr = renamed;
            }
        };
        let part = |part: &mut IndexPart| match &mut part.key {
            IndexKey::Column(column) if *column == self.column => column.clone_from(&self.new_name),
            IndexKey::Column(_) => {}
            IndexKey::Expression(key) => expr(key),
        };
        let own = table.name.clone();
        for column in &mut table.columns {
            if column.name == self.column {
                column.name.clone_from(&self.new_name);
                if let Some(Generated::Identity(identity)) = &mut column.generated {
                    identity.keep_sequence_name((&own, &self.column), (&own, &self.new_name));
                }
            }
            if let Some(Generated::Computed(computed)) = &mut column.generated {
                expr(&mut computed.expr);
            }
        }
        if let Some(key) = &mut table.primary_key {
            self.rename_all(&mut key.columns);
            self.rename_all(&mut key.include);
        }
        for unique in &mut table.uniques {
            self.rename_all(&mut unique.columns);
            self.rename_all(&mut unique.include);
        }
        for key in &mut table.foreign_keys {
            self.rename_all(&mut key.columns);
            if key.referenced_table == own {
                self.rename_all(&mut key.referenced_columns);
            }
            for action in [&mut key.on_delete, &mut key.on_update] {
                if let ReferentialAction::SetNull(columns) | ReferentialAction::SetDefault(columns) = action {
                    self.rename_all(columns);
                }
            }
        }
        table.checks.iter_mut().for_each(|check| expr(&mut check.expr));
        for exclude in &mut table.excludes {
            exclude.elements.iter_mut().for_each(|element| part(&mut element.part));
            exclude.predicate.iter_mut().for_each(expr);
        }
        for index in &mut table.indexes {
            index.parts.iter_mut().for_each(part);
            self.rename_all(&mut index.include);
            index.predicate.iter_mut().for_each(expr);
        }
        if let Some(partitioning) = &mut table.partitioning {
            partitioning.parts.iter_mut().for_each(part);
        }
        for trigger in &mut table.triggers {
            let renamed = identifiers::rename_column_in_definition(
                dialect,
                &trigger.definition,
                &self.column,
                &self.new_name,
            );
            if let Some(renamed) = renamed {
                trigger.definition = renamed;
            }
        }
    }
}
