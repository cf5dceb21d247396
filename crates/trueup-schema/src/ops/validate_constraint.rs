//! `validate_constraint`: checks existing rows of a constraint that was added `NOT VALID`.

use super::Op;
use crate::ObjectName;

/// Checks existing rows of a constraint that was added `NOT VALID`.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidateConstraint {
    /// The table.
    pub table: ObjectName,
    /// The constraint.
    pub name: String,
}

impl Op for ValidateConstraint {
    const NAME: &'static str = "validate_constraint";
}
