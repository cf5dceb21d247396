//! `create_unmodelled`: creates an object whose content is not modelled, such as extended statistics.

use super::{ApplyError, Op, Operation};
use crate::{Dialect, Schema, Unmodelled};

/// Creates an object whose content is not modelled, such as extended statistics.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateUnmodelled {
    /// The object.
    pub object: Unmodelled,
    /// The statement; where it is empty the recipe of the object says it.
    pub sql: String,
}

impl Op for CreateUnmodelled {
    const NAME: &'static str = "create_unmodelled";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        match schema.unmodelled.binary_search(&self.object) {
            Ok(at) => schema.unmodelled[at].recipe = self.object.recipe.clone(),
            Err(at) => schema.unmodelled.insert(at, self.object.clone()),
        }
        Ok(())
    }

    fn to_sql(&self, _dialect: Dialect) -> Vec<String> {
        if self.sql.is_empty() { self.object.recipe.create.clone() } else { vec![self.sql.clone()] }
    }

    /// How to drop what is not modelled is not known.
    fn reverse(&self, _before: &Schema) -> Option<Vec<Operation>> {
        None
    }
}
