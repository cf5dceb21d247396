//! `alter_sequence`: replaces the options of a sequence.

use super::{ApplyError, Op, columns, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, ObjectKind, Schema, Sequence};

/// Replaces the options of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterSequence {
    /// The sequence as it is afterwards.
    pub sequence: Sequence,
}

impl Op for AlterSequence {
    const NAME: &'static str = "alter_sequence";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no sequences")?;
        if !schema.sequences.contains_key(&self.sequence.name) {
            return Err(ApplyError::missing(ObjectKind::Sequence, &self.sequence.name));
        }
        if let Some((table, column)) = &self.sequence.owned_by {
            lookup::column(lookup::table(schema, table)?, column)?;
        }
        let options = self.sequence.options.normal();
        let sequence = Sequence { options, ..self.sequence.clone() };
        schema.sequences.insert(sequence.name.clone(), sequence);
        if let Some((table, column)) = &self.sequence.owned_by {
            columns::fold_serial(schema, table, column);
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let name = self.sequence.name.to_sql();
        let options = render::all_sequence_options(&self.sequence.options);
        let owner = match &self.sequence.owned_by {
            Some((table, column)) => format!("{}.{}", table.to_sql(), quote_identifier(column)),
            None => "NONE".to_owned(),
        };
        vec![
            format!("ALTER SEQUENCE {name}{options} OWNED BY {owner}"),
            render::comment("SEQUENCE", &name, self.sequence.comment.as_deref()),
        ]
    }
}
