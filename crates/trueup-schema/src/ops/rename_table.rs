//! `rename_table`: renames a table, or moves it to another namespace.

use super::Op;
use crate::ObjectName;

/// Renames a table, or moves it to another namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameTable {
    /// The table.
    pub table: ObjectName,
    /// Its name afterwards.
    pub new_name: ObjectName,
}

impl Op for RenameTable {
    const NAME: &'static str = "rename_table";
}
