//! `create_namespace`: creates a namespace (`CREATE SCHEMA`).

use super::{ApplyError, Op, lookup};
use crate::name::quote_identifier;
use crate::{Dialect, ObjectKind, Schema};

/// Creates a namespace (`CREATE SCHEMA`).
#[derive(Clone, Debug, PartialEq)]
pub struct CreateNamespace {
    /// The namespace.
    pub name: String,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateNamespace {
    const NAME: &'static str = "create_namespace";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no namespaces")?;
        if schema.has_namespace(&self.name) {
            let exists = Err(ApplyError::exists(ObjectKind::Namespace, &self.name));
            return if self.if_not_exists { Ok(()) } else { exists };
        }
        schema.namespaces.push(self.name.clone());
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let exists = if self.if_not_exists { "IF NOT EXISTS " } else { "" };
        vec![format!("CREATE SCHEMA {exists}{}", quote_identifier(&self.name))]
    }
}
