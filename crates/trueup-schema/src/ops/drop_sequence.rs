//! `drop_sequence`: drops a sequence.

use super::{ApplyError, Op, columns, lookup, render};
use crate::{Dialect, ObjectKind, ObjectName, Schema};

/// Drops a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct DropSequence {
    /// The sequence.
    pub name: ObjectName,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropSequence {
    const NAME: &'static str = "drop_sequence";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no sequences")?;
        let serial = lookup::serial_of(schema, &self.name);
        if serial.is_none() && !schema.sequences.contains_key(&self.name) {
            let missing = Err(ApplyError::missing(ObjectKind::Sequence, &self.name));
            return if self.if_exists { Ok(()) } else { missing };
        }
        let mut users = columns::readers_of(schema, &self.name);
        users.extend(serial);
        if !self.cascade {
            let words =
                users.iter().map(|(table, column)| format!("the default of column `{column}` of `{table}`"));
            ApplyError::needed(ObjectKind::Sequence, &self.name, words.collect())?;
        }
        for (table, column) in users {
            if let Some(column) = schema.table_mut(&table).and_then(|table| table.column_mut(&column)) {
                column.default = None;
                column.generated = None;
            }
        }
        schema.sequences.shift_remove(&self.name);
        schema.forget_attached(&self.name.to_string());
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        vec![render::drop("SEQUENCE", &self.name, self.if_exists, self.cascade)]
    }
}
