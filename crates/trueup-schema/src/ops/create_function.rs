//! `create_function`: creates or replaces a function.

use super::{ApplyError, Op, lookup, render};
use crate::{ColumnType, Dialect, Function, ObjectKind, ObjectName, Schema};

/// Creates or replaces a function.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateFunction {
    /// The function.
    pub function: Function,
    /// `OR REPLACE`.
    pub or_replace: bool,
}

impl Op for CreateFunction {
    const NAME: &'static str = "create_function";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no stored functions")?;
        lookup::namespace(schema, &self.function.name)?;
        let key = key(schema.dialect, &self.function.name, &self.function.argument_types);
        let mut function = self.function.clone();
        if let Some(existing) = schema.functions.get(&key) {
            if !self.or_replace {
                return Err(ApplyError::exists(ObjectKind::Function, &key));
            }
            if function.comment.is_none() {
                function.comment.clone_from(&existing.comment);
            }
        }
        schema.functions.insert(key, function);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let function = &self.function;
        let kind = function.kind.to_uppercase();
        let replace = if self.or_replace { "OR REPLACE " } else { "" };
        let name = function.name.to_sql();
        let definition = function.definition.text();
        let gap = if definition.starts_with('(') { "" } else { " " };
        let mut statements = vec![format!("CREATE {replace}{kind} {name}{gap}{definition}")];
        if let Some(comment) = &function.comment {
            let signature = render::function_signature(&function.name, &function.argument_types);
            statements.push(render::comment(&kind, &signature, Some(comment)));
        }
        statements
    }
}

/// Returns the key under which a schema keeps a function: `public.f(integer, text)`.
pub(crate) fn key(dialect: Dialect, name: &ObjectName, argument_types: &[ColumnType]) -> String {
    let namespace = name.namespace.as_deref().unwrap_or(dialect.default_namespace());
    let types: Vec<String> = argument_types.iter().map(ToString::to_string).collect();
    format!("{namespace}.{}({})", name.name, types.join(", "))
}
