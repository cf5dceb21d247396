//! `add_constraint`: adds a constraint of any kind.

use super::{Op, Constraint};
use crate::ObjectName;

/// Adds a constraint of any kind.
#[derive(Clone, Debug, PartialEq)]
pub struct AddConstraint {
    /// The table.
    pub table: ObjectName,
    /// The constraint.
    pub constraint: Constraint,
    /// `USING INDEX`: the index that becomes the constraint's.
    pub using_index: Option<String>,
}

impl Op for AddConstraint {
    const NAME: &'static str = "add_constraint";
}
