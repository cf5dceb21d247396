//! `alter_policy`: replaces the definition of a policy.

use super::{ApplyError, Op, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, ObjectKind, ObjectName, Policy, Schema};

/// Replaces the definition of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterPolicy {
    /// The table.
    pub table: ObjectName,
    /// The policy as it is afterwards.
    pub policy: Policy,
}

impl Op for AlterPolicy {
    const NAME: &'static str = "alter_policy";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no row security")?;
        let missing = || ApplyError::missing_on(ObjectKind::Policy, &self.policy.name, &self.table);
        let table = lookup::table(schema, &self.table)?;
        let at =
            table.policies.iter().position(|policy| policy.name == self.policy.name).ok_or_else(missing)?;
        lookup::table_mut(schema, &self.table)?.policies[at] = self.policy.clone();
        Ok(())
    }

    /// `ALTER POLICY` cannot change the command or drop a condition, so the policy is made anew.
    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let (name, table) = (quote_identifier(&self.policy.name), self.table.to_sql());
        vec![format!("DROP POLICY {name} ON {table}"), render::policy(&self.table, &self.policy)]
    }
}
