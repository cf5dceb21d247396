//! `rename_enum_label`: renames a label of an enum type.

use super::{ApplyError, Op, Operation, lookup, render};
use crate::{Column, Dialect, Generated, IndexKey, ObjectKind, ObjectName, Schema, SqlExpr, Table};

/// Renames a label of an enum type.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameEnumLabel {
    /// The type.
    pub name: ObjectName,
    /// The label.
    pub label: String,
    /// Its text afterwards.
    pub new_label: String,
}

impl Op for RenameEnumLabel {
    const NAME: &'static str = "rename_enum_label";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no enum types")?;
        let Some(found) = schema.enums.get_mut(&self.name) else {
            return Err(ApplyError::missing(ObjectKind::Enum, &self.name));
        };
        if found.labels.contains(&self.new_label) {
            let message = format!("enum `{}` has the label `{}` already", self.name, self.new_label);
            return Err(ApplyError::invalid(message));
        }
        let Some(label) = found.labels.iter_mut().find(|label| **label == self.label) else {
            return Err(ApplyError::invalid(format!("enum `{}` has no label `{}`", self.name, self.label)));
        };
        label.clone_from(&self.new_label);
        self.rename_in_expressions(schema);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if !dialect.has_enum_types() {
            return Vec::new();
        }
        let (old, new) = (render::literal(&self.label), render::literal(&self.new_label));
        vec![format!("ALTER TYPE {} RENAME VALUE {old} TO {new}", self.name.to_sql())]
    }

    fn reverse(&self, _before: &Schema) -> Option<Vec<Operation>> {
        let (label, new_label) = (self.new_label.clone(), self.label.clone());
        Some(vec![Self { name: self.name.clone(), label, new_label }.into()])
    }
}

impl RenameEnumLabel {
    /// The server keeps a label as a reference, so that everything about a column of the type follows.
    fn rename_in_expressions(&self, schema: &mut Schema) {
        let mut named: Vec<String> = Vec::new();
        for name in schema.tables.keys().cloned().collect::<Vec<_>>() {
            let Some(table) = schema.table(&name) else { continue };
            let is_of_type =
                |column: &&Column| lookup::type_name(schema, &column.column_type) == self.name;
            let columns: Vec<String> =
                table.columns.iter().filter(is_of_type).map(|column| column.name.clone()).collect();
            if columns.is_empty() {
                continue;
            }
            if let Some(table) = schema.table_mut(&name) {
                self.rename_in_table(table, &columns);
            }
            named.extend(columns);
        }
        for view in schema.views.values_mut() {
            if named.iter().any(|column| view.query.mentions(column)) {
                view.query = view.query.rename_label(&self.label, &self.new_label, None);
            }
        }
    }

    fn rename_in_table(&self, table: &mut Table, columns: &[String]) {
        let renamed = |expr: &mut SqlExpr| {
            if columns.iter().any(|column| expr.mentions(column)) {
                *expr = expr.rename_label(&self.label, &self.new_label, None);
            }
        };
        for column in &mut table.columns {
            if columns.contains(&column.name)
                && let Some(default) = &mut column.default
            {
                *default = default.rename_label(&self.label, &self.new_label, Some(&column.column_type));
            }
            if let Some(Generated::Computed(computed)) = &mut column.generated {
                renamed(&mut computed.expr);
            }
        }
        table.checks.iter_mut().for_each(|check| renamed(&mut check.expr));
        for index in &mut table.indexes {
            index.predicate.iter_mut().for_each(renamed);
            for part in &mut index.parts {
                if let IndexKey::Expression(expr) = &mut part.key {
                    renamed(expr);
                }
            }
        }
        for policy in &mut table.policies {
            policy.using.iter_mut().chain(&mut policy.with_check).for_each(renamed);
        }
        table.triggers.iter_mut().for_each(|trigger| renamed(&mut trigger.definition));
    }
}
