//! `drop_extension`: removes an extension.

use super::{ApplyError, Op, lookup, render};
use crate::{Dialect, ObjectKind, ObjectName, Schema};

/// Removes an extension.
#[derive(Clone, Debug, PartialEq)]
pub struct DropExtension {
    /// The extension.
    pub name: String,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropExtension {
    const NAME: &'static str = "drop_extension";

    /// Columns of the extension's types are not known to belong to it, so nothing else is removed or refused.
    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no extensions")?;
        if schema.extensions.shift_remove(&self.name).is_none() && !self.if_exists {
            return Err(ApplyError::missing(ObjectKind::Extension, &self.name));
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        vec![render::drop("EXTENSION", &ObjectName::new(self.name.as_str()), self.if_exists, self.cascade)]
    }
}
