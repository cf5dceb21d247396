//! `enable_trigger`: switches a trigger on or off.

use super::{ApplyError, Op, lookup};
use crate::name::quote_identifier;
use crate::{Dialect, ObjectKind, ObjectName, Schema, Trigger};

/// Switches a trigger on or off.
#[derive(Clone, Debug, PartialEq)]
pub struct EnableTrigger {
    /// The table.
    pub table: ObjectName,
    /// The trigger; `None` is all of the table.
    pub name: Option<String>,
    /// On or off.
    pub enabled: bool,
}

impl Op for EnableTrigger {
    const NAME: &'static str = "enable_trigger";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "its triggers are always on")?;
        let table = lookup::table(schema, &self.table)?;
        let meant = |trigger: &Trigger| self.name.as_ref().is_none_or(|name| trigger.name == *name);
        if let Some(name) = &self.name
            && !table.triggers.iter().any(meant)
        {
            return Err(ApplyError::missing_on(ObjectKind::Trigger, name, &self.table));
        }
        for trigger in
            lookup::table_mut(schema, &self.table)?.triggers.iter_mut().filter(|trigger| meant(trigger))
        {
            trigger.enabled = self.enabled;
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let word = if self.enabled { "ENABLE" } else { "DISABLE" };
        let name = self.name.as_deref().map_or_else(|| "ALL".to_owned(), quote_identifier);
        vec![format!("ALTER TABLE {} {word} TRIGGER {name}", self.table.to_sql())]
    }
}
