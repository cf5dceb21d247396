//! `drop_unmodelled`: drops an object whose content is not modelled.

use super::{ApplyError, Op, Operation};
use crate::{Dialect, Schema, Unmodelled};

/// Drops an object whose content is not modelled.
#[derive(Clone, Debug, PartialEq)]
pub struct DropUnmodelled {
    /// The object.
    pub object: Unmodelled,
    /// The statement; where it is empty the recipe of the object says it.
    pub sql: String,
}

impl Op for DropUnmodelled {
    const NAME: &'static str = "drop_unmodelled";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        schema.unmodelled.retain(|object| *object != self.object);
        Ok(())
    }

    fn to_sql(&self, _dialect: Dialect) -> Vec<String> {
        if self.sql.is_empty() { self.object.recipe.drop.clone() } else { vec![self.sql.clone()] }
    }

    /// What is not modelled cannot be made again.
    fn reverse(&self, _before: &Schema) -> Option<Vec<Operation>> {
        None
    }
}
