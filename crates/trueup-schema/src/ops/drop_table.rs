//! `drop_table`: drops a table with everything on it.

use super::Op;
use crate::ObjectName;

/// Drops a table with everything on it.
#[derive(Clone, Debug, PartialEq)]
pub struct DropTable {
    /// The table.
    pub table: ObjectName,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropTable {
    const NAME: &'static str = "drop_table";
}
