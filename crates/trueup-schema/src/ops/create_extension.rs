//! `create_extension`: installs an extension.

use super::{ApplyError, Op, lookup};
use crate::name::quote_identifier;
use crate::{Dialect, Extension, ObjectKind, Schema};

/// Installs an extension.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateExtension {
    /// The extension.
    pub extension: Extension,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateExtension {
    const NAME: &'static str = "create_extension";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no extensions")?;
        let name = &self.extension.name;
        if schema.extensions.contains_key(name) {
            let exists = Err(ApplyError::exists(ObjectKind::Extension, name));
            return if self.if_not_exists { Ok(()) } else { exists };
        }
        schema.extensions.insert(name.clone(), self.extension.clone());
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let exists = if self.if_not_exists { "IF NOT EXISTS " } else { "" };
        let schema = self.extension.namespace.as_ref();
        let schema = schema.map(|schema| format!(" SCHEMA {}", quote_identifier(schema))).unwrap_or_default();
        vec![format!("CREATE EXTENSION {exists}{}{schema}", quote_identifier(&self.extension.name))]
    }
}
