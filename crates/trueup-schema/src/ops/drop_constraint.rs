//! `drop_constraint`: drops a constraint, by name or, unnamed ones on SQLite, by kind and columns.

use super::{Op, ConstraintKind};
use crate::ObjectName;

/// Drops a constraint, by name or, unnamed ones on SQLite, by kind and columns.
#[derive(Clone, Debug, PartialEq)]
pub struct DropConstraint {
    /// The table.
    pub table: ObjectName,
    /// Name.
    pub name: Option<String>,
    /// Kind, as far as it is told.
    pub kind: Option<ConstraintKind>,
    /// Columns of an unnamed constraint.
    pub columns: Vec<String>,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropConstraint {
    const NAME: &'static str = "drop_constraint";
}
