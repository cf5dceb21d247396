//! `drop_policy`: drops a policy.

use super::{ApplyError, Op, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, ObjectKind, ObjectName, Schema};

/// Drops a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct DropPolicy {
    /// The table.
    pub table: ObjectName,
    /// The policy.
    pub name: String,
    /// `IF EXISTS`.
    pub if_exists: bool,
}

impl Op for DropPolicy {
    const NAME: &'static str = "drop_policy";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no row security")?;
        let Some(table) = schema.table(&self.table) else {
            let missing = Err(ApplyError::missing(ObjectKind::Table, &self.table));
            return if self.if_exists { Ok(()) } else { missing };
        };
        if !table.policies.iter().any(|policy| policy.name == self.name) {
            let missing = Err(ApplyError::missing_on(ObjectKind::Policy, &self.name, &self.table));
            return if self.if_exists { Ok(()) } else { missing };
        }
        lookup::table_mut(schema, &self.table)?.policies.retain(|policy| policy.name != self.name);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let exists = render::if_exists(self.if_exists);
        vec![format!("DROP POLICY {exists}{} ON {}", quote_identifier(&self.name), self.table.to_sql())]
    }
}
