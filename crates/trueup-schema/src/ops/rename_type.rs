//! `rename_type`: renames a type, or moves it to another namespace.

use super::{ApplyError, Op, Operation, identifiers, lookup, rename_table, render};
use crate::{ColumnType, Dialect, ObjectKind, ObjectName, Schema};

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
                table.columns.iter().any(|column| lookup::type_name(schema, &column.column_type) == *old)
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
                    if let Some(default) = &mut column.default {
                        let renamed = identifiers::rename_cast(dialect, default, &old.name, &new.name);
                        *default = renamed.unwrap_or_else(|| default.clone());
                    }
                }
            }
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
