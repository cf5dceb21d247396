//! `rename_constraint`: renames a constraint.

use super::{ApplyError, ConstraintKind, Op, Operation, constraints, lookup};
use crate::name::quote_identifier;
use crate::{Dialect, ObjectName, Schema};

/// Renames a constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameConstraint {
    /// The table.
    pub table: ObjectName,
    /// The constraint.
    pub name: String,
    /// Its name afterwards.
    pub new_name: String,
}

impl Op for RenameConstraint {
    const NAME: &'static str = "rename_constraint";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let table = lookup::table(schema, &self.table)?;
        let constraints = table.constraints();
        let Some(constraint) = constraints.iter().find(|found| found.name() == Some(self.name.as_str()))
        else {
            return Err(constraints::missing(None, &self.name, &self.table));
        };
        let mut renamed = constraint.clone();
        renamed.set_name(Some(self.new_name.clone()));
        constraints::check_name(schema, table, &renamed)?;
        let inherited = renamed.kind() == ConstraintKind::Check;
        let mut tables = if inherited { lookup::descendants(schema, &self.table) } else { Vec::new() };
        tables.push(self.table.clone());
        for name in tables {
            if let Some(table) = schema.table_mut(&name) {
                constraints::rename(table, &self.name, &self.new_name);
            }
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let (old, new) = (quote_identifier(&self.name), quote_identifier(&self.new_name));
        vec![format!("ALTER TABLE {} RENAME CONSTRAINT {old} TO {new}", self.table.to_sql())]
    }

    fn reverse(&self, _before: &Schema) -> Option<Vec<Operation>> {
        let (name, new_name) = (self.new_name.clone(), self.name.clone());
        Some(vec![Self { table: self.table.clone(), name, new_name }.into()])
    }
}
