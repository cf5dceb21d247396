//! `rename_sequence`: renames a sequence, also one that a column owns.

use super::{ApplyError, Op, Operation, columns, lookup, render};
use crate::{Dialect, Generated, ObjectKind, ObjectName, Schema};

/// Renames a sequence, also one that a column owns.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameSequence {
    /// The sequence.
    pub name: ObjectName,
    /// Its name afterwards.
    pub new_name: ObjectName,
    /// `IF EXISTS`.
    pub if_exists: bool,
}

impl Op for RenameSequence {
    const NAME: &'static str = "rename_sequence";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no sequences")?;
        let serial = lookup::serial_of(schema, &self.name);
        if serial.is_none() && !schema.sequences.contains_key(&self.name) {
            let missing = Err(ApplyError::missing(ObjectKind::Sequence, &self.name));
            return if self.if_exists { Ok(()) } else { missing };
        }
        lookup::namespace(schema, &self.new_name)?;
        lookup::free_relation(schema, &self.new_name)?;
        let readers = columns::readers_of(schema, &self.name);
        for (table, column) in readers.into_iter().chain(serial) {
            if let Some(column) = schema.table_mut(&table).and_then(|table| table.column_mut(&column)) {
                match &mut column.generated {
                    Some(Generated::Serial { sequence }) => *sequence = self.new_name.clone(),
                    _ => column.default = Some(columns::next_value(Dialect::Postgresql, &self.new_name)),
                }
            }
        }
        if let Some(mut sequence) = schema.sequences.shift_remove(&self.name) {
            sequence.name = self.new_name.clone();
            schema.sequences.insert(self.new_name.clone(), sequence);
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        render::rename("SEQUENCE", &self.name, &self.new_name, self.if_exists)
    }

    fn reverse(&self, before: &Schema) -> Option<Vec<Operation>> {
        let mut after = before.clone();
        self.apply(&mut after).ok()?;
        let op = Self { name: self.new_name.clone(), new_name: self.name.clone(), if_exists: false };
        Some(if after == *before { Vec::new() } else { vec![op.into()] })
    }
}
