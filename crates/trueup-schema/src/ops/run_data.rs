//! `run_data`: changes or reads rows only; the schema stays as it is.

use super::{ApplyError, Op, Operation};
use crate::{Dialect, Schema};

/// Changes or reads rows only; the schema stays as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct RunData {
    /// The statement, or a description of what the revision does.
    pub sql: String,
}

impl Op for RunData {
    const NAME: &'static str = "run_data";

    fn apply(&self, _schema: &mut Schema) -> Result<(), ApplyError> {
        Ok(())
    }

    fn to_sql(&self, _dialect: Dialect) -> Vec<String> {
        if self.sql.is_empty() { Vec::new() } else { vec![self.sql.clone()] }
    }

    /// What the rows were before is not known.
    fn reverse(&self, _before: &Schema) -> Option<Vec<Operation>> {
        None
    }
}
