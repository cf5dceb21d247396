//! `opaque`: does something that could not be read; everything after it is unproven.

use super::{ApplyError, Op};
use crate::{Dialect, Schema};

/// Does something that could not be read; everything after it is unproven.
#[derive(Clone, Debug, PartialEq)]
pub struct Opaque {
    /// The statement as written.
    pub sql: String,
    /// Why it could not be read.
    pub reason: String,
}

impl Op for Opaque {
    const NAME: &'static str = "opaque";

    fn apply(&self, _schema: &mut Schema) -> Result<(), ApplyError> {
        Err(ApplyError::NotModelled { operation: Self::NAME })
    }

    fn to_sql(&self, _dialect: Dialect) -> Vec<String> {
        if self.sql.is_empty() { Vec::new() } else { vec![self.sql.clone()] }
    }
}
