//! `create_trigger`: creates or replaces a trigger.

use super::{ApplyError, Op, drop_trigger, render};
use crate::{Dialect, ObjectKind, ObjectName, Schema, Trigger};

/// Creates or replaces a trigger.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTrigger {
    /// The table or view.
    pub table: ObjectName,
    /// The trigger.
    pub trigger: Trigger,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS` (SQLite only).
    pub if_not_exists: bool,
}

impl Op for CreateTrigger {
    const NAME: &'static str = "create_trigger";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let sqlite = schema.dialect.is_sqlite();
        let mut trigger = self.trigger.clone();
        if !schema.dialect.has_comments() {
            trigger.comment = None;
        }
        // Trigger names are unique per table on PostgreSQL, and in the whole database on SQLite.
        let holder = if sqlite {
            drop_trigger::holder(schema, &self.trigger.name)
        } else {
            drop_trigger::triggers(schema, &self.table)?
                .iter()
                .any(|existing| existing.name == self.trigger.name)
                .then(|| self.table.clone())
        };
        if let Some(holder) = holder {
            if self.if_not_exists {
                return Ok(());
            }
            if !self.or_replace || holder != self.table {
                return Err(ApplyError::exists_on(ObjectKind::Trigger, &self.trigger.name, &holder));
            }
            let triggers = drop_trigger::triggers_mut(schema, &self.table)?;
            if let Some(existing) = triggers.iter_mut().find(|existing| existing.name == trigger.name) {
                *existing = trigger;
            }
            return Ok(());
        }
        drop_trigger::triggers_mut(schema, &self.table)?.push(trigger);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        render::trigger(dialect, &self.table, &self.trigger)
    }
}
