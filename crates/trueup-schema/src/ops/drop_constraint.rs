//! `drop_constraint`: drops a constraint, by name or, unnamed ones on SQLite, by kind and columns.

use super::{ApplyError, Constraint, ConstraintKind, Op, constraints, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, ObjectName, Schema};

/// Drops a constraint, by name or, unnamed ones on SQLite, by kind and columns.
#[derive(Clone, Debug, PartialEq)]
pub struct DropConstraint {
    /// The table.
    pub table: ObjectName,
    /// Name.
    pub name: Option<String>,
    /// Kind, as far as it is told.
    pub kind: Option<ConstraintKind>,
    /// Columns of an unnamed constraint.
    pub columns: Vec<String>,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropConstraint {
    const NAME: &'static str = "drop_constraint";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let table = lookup::table(schema, &self.table)?;
        let mut remaining = table.clone();
        let removed = match (&self.name, self.kind) {
            (Some(name), kind) => constraints::detach_named(&mut remaining, name, kind, &self.columns),
            (None, Some(kind)) => constraints::detach_unnamed(&mut remaining, kind, &self.columns),
            (None, None) => return Err(ApplyError::invalid("a constraint without a name needs its kind")),
        };
        let Some(removed) = removed else {
            let words = self.columns.join(", ");
            let name = self.name.as_deref().unwrap_or(&words);
            let missing = Err(constraints::missing(self.kind, name, &self.table));
            return if self.if_exists { Ok(()) } else { missing };
        };
        if schema.dialect.is_sqlite() {
            schema.insert_table(remaining);
            return Ok(());
        }
        let keys = lookup::users_of_key(schema, table, &remaining);
        if !self.cascade {
            let words: Vec<String> = keys
                .iter()
                .filter_map(|(owner, key)| Some(lookup::foreign_key_words(schema.table(owner)?, key)))
                .collect();
            let name = removed.name().unwrap_or_default();
            ApplyError::needed(removed.kind().object_kind(), name, words)?;
        }
        schema.insert_table(remaining);
        lookup::drop_foreign_keys(schema, &keys);
        for descendant in lookup::descendants(schema, &self.table) {
            disinherit(schema, &descendant, &removed);
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        let Some(name) = &self.name else { return Vec::new() };
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let exists = render::if_exists(self.if_exists);
        let (table, name) = (self.table.to_sql(), quote_identifier(name));
        vec![format!("ALTER TABLE {table} DROP CONSTRAINT {exists}{name}{}", render::cascade(self.cascade))]
    }
}

/// Takes from a partition or inheriting table what it had from its parent.
fn disinherit(schema: &mut Schema, descendant: &ObjectName, removed: &Constraint) {
    let Some(table) = schema.table_mut(descendant) else { return };
    let partition = table.partition_of.is_some();
    let by_name = matches!(removed.kind(), ConstraintKind::Check | ConstraintKind::ForeignKey);
    if by_name && (partition || removed.kind() == ConstraintKind::Check) {
        if let Some(name) = removed.name() {
            constraints::detach(table, name);
        }
        return;
    }
    if partition && removed.kind() != ConstraintKind::Exclude {
        constraints::detach_unnamed(table, removed.kind(), removed.columns());
    }
}
