//! `rename_index`: renames an index, also one that a constraint owns.

use super::{ApplyError, Op, Operation, constraints, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, ObjectKind, ObjectName, Schema};

/// Renames an index, also one that a constraint owns.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameIndex {
    /// The index.
    pub index: ObjectName,
    /// Its name afterwards.
    pub new_name: String,
    /// `IF EXISTS`.
    pub if_exists: bool,
}

impl Op for RenameIndex {
    const NAME: &'static str = "rename_index";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "an index is dropped and created again")?;
        let Some(relation) = schema.relation(&self.index) else {
            let missing = Err(ApplyError::missing(ObjectKind::Index, &self.index));
            return if self.if_exists { Ok(()) } else { missing };
        };
        lookup::free_relation(schema, &self.index.sibling(self.new_name.as_str()))?;
        let Some(owner) = relation.table.filter(|_| relation.kind != ObjectKind::Sequence) else {
            let message = format!("`{}` is a {}, not an index", self.index, relation.kind.words());
            return Err(ApplyError::invalid(message));
        };
        let indexes = match schema.views.get_mut(&owner) {
            Some(view) => &mut view.indexes,
            None => {
                let table = lookup::table_mut(schema, &owner)?;
                // The index of a constraint takes the constraint along.
                constraints::rename(table, &self.index.name, &self.new_name);
                &mut table.indexes
            }
        };
        if let Some(index) = indexes.iter_mut().find(|index| index.name == self.index.name) {
            index.name.clone_from(&self.new_name);
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let exists = render::if_exists(self.if_exists);
        vec![format!(
            "ALTER INDEX {exists}{} RENAME TO {}",
            self.index.to_sql(),
            quote_identifier(&self.new_name)
        )]
    }

    fn reverse(&self, before: &Schema) -> Option<Vec<Operation>> {
        if before.relation(&self.index).is_none() {
            return Some(Vec::new());
        }
        let (index, new_name) = (self.index.sibling(self.new_name.as_str()), self.index.name.clone());
        Some(vec![Self { index, new_name, if_exists: false }.into()])
    }
}
