//! `drop_namespace`: drops a namespace (`DROP SCHEMA`).

use super::{ApplyError, DropTable, DropType, Op, lookup, render};
use crate::{Dialect, ObjectKind, ObjectName, Schema};

/// Drops a namespace (`DROP SCHEMA`).
#[derive(Clone, Debug, PartialEq)]
pub struct DropNamespace {
    /// The namespace.
    pub name: String,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropNamespace {
    const NAME: &'static str = "drop_namespace";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no namespaces")?;
        if !schema.has_namespace(&self.name) {
            let missing = Err(ApplyError::missing(ObjectKind::Namespace, &self.name));
            return if self.if_exists { Ok(()) } else { missing };
        }
        let default = schema.dialect.default_namespace() == self.name;
        let inside = |name: &ObjectName| match &name.namespace {
            Some(namespace) => *namespace == self.name,
            None => default,
        };
        let tables: Vec<ObjectName> = schema.tables.keys().filter(|name| inside(name)).cloned().collect();
        if !self.cascade {
            let mut content: Vec<String> = tables.iter().map(|name| format!("table `{name}`")).collect();
            content.extend(schema.views.values().filter(|view| inside(&view.name)).map(lookup::view_words));
            let types = schema.enums.keys().chain(schema.domains.keys()).filter(|name| inside(name));
            content.extend(types.map(|name| format!("type `{name}`")));
            let sequences = schema.sequences.keys().filter(|name| inside(name));
            content.extend(sequences.map(|name| format!("sequence `{name}`")));
            let functions = schema.functions.values().filter(|function| inside(&function.name));
            content.extend(functions.map(|function| format!("function `{}`", function.name)));
            ApplyError::needed(ObjectKind::Namespace, &self.name, content)?;
        }
        for table in tables {
            DropTable { table, if_exists: true, cascade: true }.apply(schema)?;
        }
        let types: Vec<ObjectName> =
            schema.enums.keys().chain(schema.domains.keys()).filter(|name| inside(name)).cloned().collect();
        for name in types {
            DropType { name, if_exists: true, cascade: true }.apply(schema)?;
        }
        schema.views.retain(|name, _| !inside(name));
        schema.sequences.retain(|name, _| !inside(name));
        schema.functions.retain(|_, function| !inside(&function.name));
        schema.namespaces.retain(|name| *name != self.name);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        vec![render::drop("SCHEMA", &ObjectName::new(self.name.as_str()), self.if_exists, self.cascade)]
    }
}
