//! `drop_function`: drops a function.

use super::{ApplyError, Op, identifiers, lookup, render};
use crate::{ColumnType, Dialect, ObjectKind, ObjectName, Schema, Trigger};

/// Drops a function.
#[derive(Clone, Debug, PartialEq)]
pub struct DropFunction {
    /// The function.
    pub name: ObjectName,
    /// Its argument types, where the source names them.
    pub argument_types: Option<Vec<ColumnType>>,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropFunction {
    const NAME: &'static str = "drop_function";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no stored functions")?;
        let candidates: Vec<String> = schema
            .functions
            .iter()
            .filter(|(_, function)| {
                let arguments = self.argument_types.as_ref();
                function.name == self.name && arguments.is_none_or(|types| *types == function.argument_types)
            })
            .map(|(key, _)| key.clone())
            .collect();
        let key = match candidates.as_slice() {
            [key] => key,
            [] if self.if_exists => return Ok(()),
            [] => return Err(ApplyError::missing(ObjectKind::Function, &self.name)),
            [_, ..] => {
                return Err(ApplyError::invalid(format!("function name `{}` is not unique", self.name)));
            }
        };
        let dialect = schema.dialect;
        let calls = |trigger: &Trigger| identifiers::calls(dialect, &trigger.definition, &self.name.name);
        // Another function of the same name could be the one that is called.
        let certain =
            schema.functions.values().filter(|function| function.name.name == self.name.name).count() == 1;
        let users: Vec<(ObjectName, String)> = schema
            .tables
            .values()
            .flat_map(|table| table.triggers.iter().map(move |trigger| (table, trigger)))
            .filter(|(_, trigger)| certain && calls(trigger))
            .map(|(table, trigger)| (table.name.clone(), trigger.name.clone()))
            .collect();
        if !self.cascade {
            let words = users.iter().map(|(table, trigger)| format!("trigger `{trigger}` of `{table}`"));
            ApplyError::needed(ObjectKind::Function, &self.name, words.collect())?;
        }
        let key = key.clone();
        for (table, trigger) in users {
            if let Some(table) = schema.table_mut(&table) {
                table.triggers.retain(|candidate| candidate.name != trigger);
            }
        }
        schema.functions.shift_remove(&key);
        schema.forget_attached(&key);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let exists = render::if_exists(self.if_exists);
        let name = match &self.argument_types {
            Some(types) => render::function_signature(&self.name, types),
            None => self.name.to_sql(),
        };
        // ROUTINE covers functions, procedures and aggregates (PostgreSQL 11).
        vec![format!("DROP ROUTINE {exists}{name}{}", render::cascade(self.cascade))]
    }
}
