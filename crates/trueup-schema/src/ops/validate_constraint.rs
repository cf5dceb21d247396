//! `validate_constraint`: checks existing rows of a constraint that was added `NOT VALID`.

use super::{ApplyError, Op, constraints, lookup};
use crate::name::quote_identifier;
use crate::{Dialect, ObjectName, Schema};

/// Checks existing rows of a constraint that was added `NOT VALID`.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidateConstraint {
    /// The table.
    pub table: ObjectName,
    /// The constraint.
    pub name: String,
}

impl Op for ValidateConstraint {
    const NAME: &'static str = "validate_constraint";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "its constraints are always valid")?;
        if !lookup::table(schema, &self.table)?.has_constraint(&self.name) {
            return Err(constraints::missing(None, &self.name, &self.table));
        }
        let table = lookup::table_mut(schema, &self.table)?;
        let is = |name: &Option<String>| name.as_deref() == Some(self.name.as_str());
        if let Some(key) = table.foreign_keys.iter_mut().find(|key| is(&key.name)) {
            key.not_valid = false;
        } else if let Some(check) = table.checks.iter_mut().find(|check| is(&check.name)) {
            check.not_valid = false;
        } else {
            let message =
                format!("constraint `{}` of `{}` is no foreign key or check", self.name, self.table);
            return Err(ApplyError::invalid(message));
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        vec![format!(
            "ALTER TABLE {} VALIDATE CONSTRAINT {}",
            self.table.to_sql(),
            quote_identifier(&self.name)
        )]
    }
}
