//! `drop_trigger`: drops a trigger.

use super::{ApplyError, Op, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, ObjectKind, ObjectName, Schema, Trigger};

/// Drops a trigger.
#[derive(Clone, Debug, PartialEq)]
pub struct DropTrigger {
    /// The trigger.
    pub name: String,
    /// Its table (SQLite does not name it).
    pub table: Option<ObjectName>,
    /// `IF EXISTS`.
    pub if_exists: bool,
}

impl Op for DropTrigger {
    const NAME: &'static str = "drop_trigger";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let owner = match &self.table {
            Some(table) if !schema.dialect.is_sqlite() => Some(table.clone()),
            _ => holder(schema, &self.name),
        };
        let missing = || match &self.table {
            Some(table) => ApplyError::missing_on(ObjectKind::Trigger, &self.name, table),
            None => ApplyError::missing(ObjectKind::Trigger, &self.name),
        };
        let Some(owner) = owner else {
            return if self.if_exists { Ok(()) } else { Err(missing()) };
        };
        let found = triggers(schema, &owner).map(|all| all.iter().any(|trigger| trigger.name == self.name));
        match found {
            Ok(true) => {}
            _ if self.if_exists => return Ok(()),
            Ok(false) => return Err(missing()),
            Err(error) => return Err(error),
        }
        triggers_mut(schema, &owner)?.retain(|trigger| trigger.name != self.name);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        let exists = render::if_exists(self.if_exists);
        let name = quote_identifier(&self.name);
        match &self.table {
            Some(table) if !dialect.is_sqlite() => {
                vec![format!("DROP TRIGGER {exists}{name} ON {}", table.to_sql())]
            }
            None if !dialect.is_sqlite() => Vec::new(),
            _ => vec![format!("DROP TRIGGER {exists}{name}")],
        }
    }
}

/// Returns the table or view that has a trigger of that name.
pub(super) fn holder(schema: &Schema, trigger: &str) -> Option<ObjectName> {
    let has = |triggers: &[Trigger]| triggers.iter().any(|existing| existing.name == trigger);
    let table = schema.tables.values().find(|table| has(&table.triggers)).map(|table| table.name.clone());
    table.or_else(|| schema.views.values().find(|view| has(&view.triggers)).map(|view| view.name.clone()))
}

/// Returns the triggers of a table or view.
pub(super) fn triggers<'a>(schema: &'a Schema, name: &ObjectName) -> Result<&'a [Trigger], ApplyError> {
    match schema.views.get(name) {
        Some(view) => Ok(&view.triggers),
        None => Ok(&lookup::table(schema, name)?.triggers),
    }
}

/// Returns the triggers of a table or view for changing.
pub(super) fn triggers_mut<'a>(
    schema: &'a mut Schema,
    name: &ObjectName,
) -> Result<&'a mut Vec<Trigger>, ApplyError> {
    if schema.views.contains_key(name) {
        let view = schema.views.get_mut(name).ok_or_else(|| ApplyError::missing(ObjectKind::View, name))?;
        return Ok(&mut view.triggers);
    }
    Ok(&mut lookup::table_mut(schema, name)?.triggers)
}
