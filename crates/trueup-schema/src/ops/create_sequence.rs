//! `create_sequence`: creates a sequence.

use super::{ApplyError, Op, columns, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, Schema, Sequence};

/// Creates a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateSequence {
    /// The sequence.
    pub sequence: Sequence,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateSequence {
    const NAME: &'static str = "create_sequence";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no sequences")?;
        lookup::namespace(schema, &self.sequence.name)?;
        if self.if_not_exists && schema.relation(&self.sequence.name).is_some() {
            return Ok(());
        }
        lookup::free_relation(schema, &self.sequence.name)?;
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
        let exists = if self.if_not_exists { "IF NOT EXISTS " } else { "" };
        let mut sql = format!("CREATE SEQUENCE {exists}{name}");
        sql += &render::sequence_options(&self.sequence.options);
        if let Some((table, column)) = &self.sequence.owned_by {
            sql += &format!(" OWNED BY {}.{}", table.to_sql(), quote_identifier(column));
        }
        let mut statements = vec![sql];
        let comment = self.sequence.comment.as_deref();
        statements.extend(comment.map(|text| render::comment("SEQUENCE", &name, Some(text))));
        statements
    }
}
