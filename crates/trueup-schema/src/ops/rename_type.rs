//! `rename_type`: renames a type, or moves it to another namespace.

use super::{ApplyError, Op, Operation, create_function, identifiers, lookup, rename_table, render};
use crate::{ColumnType, Dialect, Generated, IndexKey, ObjectKind, ObjectName, Schema, SqlExpr, Table};

/// Renames a type, or moves it to another namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameType {
    /// The type.
    pub name: ObjectName,
    /// Its name afterwards.
    pub new_name: ObjectName,
}

impl Op for RenameType {
    const NAME: &'static str = "rename_type";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no types of its own")?;
        let (old, new) = (&self.name, &self.new_name);
        if !schema.enums.contains_key(old) && !schema.domains.contains_key(old) {
            return Err(ApplyError::missing(ObjectKind::Enum, old));
        }
        lookup::namespace(schema, new)?;
        lookup::free_type(schema, new)?;
        if schema.tables.contains_key(new) || schema.views.contains_key(new) {
            lookup::free_relation(schema, new)?;
        }
        let users: Vec<ObjectName> = schema
            .tables
            .values()
            .filter(|table| {
                let typed = |column: &crate::Column| lookup::is_of_type(schema, &column.column_type, old);
                table.columns.iter().any(typed) || casts(table, &old.name)
            })
            .map(|table| table.name.clone())
            .collect();
        let dialect = schema.dialect;
        let rename = |column_type: &mut ColumnType| {
            let name =
                ObjectName::qualified(dialect, column_type.namespace.as_deref(), column_type.name.as_str());
            if name == *old {
                column_type.name.clone_from(&new.name);
                column_type.namespace.clone_from(&new.namespace);
                column_type.raw = new.to_string();
            }
        };
        for user in users {
            if let Some(table) = schema.table_mut(&user) {
                for column in &mut table.columns {
                    rename(&mut column.column_type);
                }
                each_expression(table, &mut |expr| {
                    if let Some(renamed) = identifiers::rename_cast(dialect, expr, old, new) {
                        *expr = renamed;
                    }
                });
            }
        }
        for view in schema.views.values_mut() {
            if let Some(renamed) = identifiers::rename_cast(dialect, &view.query, old, new) {
                view.query = SqlExpr::definition(dialect, renamed.text());
            }
        }
        let functions = std::mem::take(&mut schema.functions);
        for (_, mut function) in functions {
            function.argument_types.iter_mut().for_each(rename);
            if let Some(renamed) = identifiers::rename_in_signature(dialect, &function.definition, old, new) {
                function.definition = renamed;
            }
            let key = create_function::key(dialect, &function.name, &function.argument_types);
            schema.functions.insert(key, function);
        }
        schema.domains.values_mut().for_each(|domain| rename(&mut domain.base_type));
        rename_table::rename_entry(&mut schema.enums, old, new, |found| found.name = new.clone());
        rename_table::rename_entry(&mut schema.domains, old, new, |found| found.name = new.clone());
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        render::rename("TYPE", &self.name, &self.new_name, false)
    }

    fn reverse(&self, _before: &Schema) -> Option<Vec<Operation>> {
        Some(vec![Self { name: self.new_name.clone(), new_name: self.name.clone() }.into()])
    }
}

/// Tells whether an expression of a table may cast to a type.
fn casts(table: &Table, name: &str) -> bool {
    let mentions = |expr: &SqlExpr| expr.text().contains(name);
    table.columns.iter().any(|column| {
        let computed = match &column.generated {
            Some(Generated::Computed(computed)) => Some(&computed.expr),
            _ => None,
        };
        column.default.iter().chain(computed).any(mentions)
    }) || table.checks.iter().any(|check| mentions(&check.expr))
        || table.indexes.iter().any(|index| {
            index.predicate.iter().any(mentions)
                || index.parts.iter().any(|part| matches!(&part.key, IndexKey::Expression(key) if mentions(key)))
        })
        || table.policies.iter().any(|policy| policy.using.iter().chain(&policy.with_check).any(mentions))
}

/// Hands over every expression of a table.
fn each_expression(table: &mut Table, change: &mut dyn FnMut(&mut SqlExpr)) {
    for column in &mut table.columns {
        column.default.iter_mut().for_each(&mut *change);
        if let Some(Generated::Computed(computed)) = &mut column.generated {
            change(&mut computed.expr);
        }
    }
    table.checks.iter_mut().for_each(|check| change(&mut check.expr));
    for index in &mut table.indexes {
        index.predicate.iter_mut().for_each(&mut *change);
        for part in &mut index.parts {
            if let IndexKey::Expression(key) = &mut part.key {
                change(key);
            }
        }
    }
    for policy in &mut table.policies {
        policy.using.iter_mut().chain(&mut policy.with_check).for_each(&mut *change);
    }
}
