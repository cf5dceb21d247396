//! `alter_table`: changes what belongs to a table as a whole.

use super::{Op, TableChange};
use crate::ObjectName;

/// Changes what belongs to a table as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterTable {
    /// The table.
    pub table: ObjectName,
    /// What changes.
    pub change: TableChange,
}

impl Op for AlterTable {
    const NAME: &'static str = "alter_table";
}
