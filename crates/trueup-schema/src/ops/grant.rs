//! `grant`: grants a privilege on a table.

use super::{ApplyError, Op, lookup, render};
use crate::{Dialect, Grant, ObjectName, Schema};

/// Grants a privilege on a table.
#[derive(Clone, Debug, PartialEq)]
pub struct GrantPrivilege {
    /// The table.
    pub table: ObjectName,
    /// The privilege.
    pub grant: Grant,
}

impl Op for GrantPrivilege {
    const NAME: &'static str = "grant";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no privileges")?;
        // Those on views and sequences are not modelled.
        if schema.views.contains_key(&self.table) || schema.sequences.contains_key(&self.table) {
            return Ok(());
        }
        let table = lookup::table_mut(schema, &self.table)?;
        let same =
            |grant: &&mut Grant| grant.role == self.grant.role && grant.privilege == self.grant.privilege;
        match table.grants.iter_mut().find(same) {
            Some(existing) => existing.grantable |= self.grant.grantable,
            None => table.grants.push(self.grant.clone()),
        }
        table.grants.sort();
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() { Vec::new() } else { vec![render::grant(&self.table, &self.grant)] }
    }
}
