//! The difference of two schemas as operations.

use crate::{Operation, Schema};

/// Returns the operations that turn `from` into `to`.
pub fn diff(_from: &Schema, _to: &Schema) -> Vec<Operation> {
    Vec::new()
}
