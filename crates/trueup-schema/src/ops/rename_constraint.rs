//! `rename_constraint`: renames a constraint.

use super::Op;
use crate::ObjectName;

/// Renames a constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameConstraint {
    /// The table.
    pub table: ObjectName,
    /// The constraint.
    pub name: String,
    /// Its name afterwards.
    pub new_name: String,
}

impl Op for RenameConstraint {
    const NAME: &'static str = "rename_constraint";
}
