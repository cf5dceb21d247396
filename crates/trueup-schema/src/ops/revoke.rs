//! `revoke`: revokes a privilege on a table.

use super::{ApplyError, Op, lookup, render};
use crate::{Dialect, Grant, ObjectName, Schema};

/// Revokes a privilege on a table.
#[derive(Clone, Debug, PartialEq)]
pub struct RevokePrivilege {
    /// The table.
    pub table: ObjectName,
    /// The privilege.
    pub grant: Grant,
}

impl Op for RevokePrivilege {
    const NAME: &'static str = "revoke";

    /// Revoking what was never granted is no error.
    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no privileges")?;
        // Those on views and sequences are not modelled.
        if schema.views.contains_key(&self.table) || schema.sequences.contains_key(&self.table) {
            return Ok(());
        }
        let table = lookup::table_mut(schema, &self.table)?;
        table.grants.retain(|grant| grant.role != self.grant.role || grant.privilege != self.grant.privilege);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let privilege = self.grant.privilege.to_uppercase();
        let role = render::role(&self.grant.role);
        vec![format!("REVOKE {} ON {} FROM {role}", render::privilege(&privilege), self.table.to_sql())]
    }
}
