//! `create_policy`: creates a row security policy.

use super::{ApplyError, Op, lookup, render};
use crate::{Dialect, ObjectKind, ObjectName, Policy, Schema};

/// Creates a row security policy.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatePolicy {
    /// The table.
    pub table: ObjectName,
    /// The policy.
    pub policy: Policy,
}

impl Op for CreatePolicy {
    const NAME: &'static str = "create_policy";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no row security")?;
        let table = lookup::table(schema, &self.table)?;
        if table.policies.iter().any(|policy| policy.name == self.policy.name) {
            return Err(ApplyError::exists_on(ObjectKind::Policy, &self.policy.name, &self.table));
        }
        lookup::table_mut(schema, &self.table)?.policies.push(self.policy.clone());
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() { Vec::new() } else { vec![render::policy(&self.table, &self.policy)] }
    }
}
