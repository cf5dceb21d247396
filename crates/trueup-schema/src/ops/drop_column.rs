//! `drop_column`: drops a column, with the constraints and indexes that use it.

use super::Op;
use crate::ObjectName;

/// Drops a column, with the constraints and indexes that use it.
#[derive(Clone, Debug, PartialEq)]
pub struct DropColumn {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: String,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropColumn {
    const NAME: &'static str = "drop_column";
}
