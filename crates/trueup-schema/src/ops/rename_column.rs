//! `rename_column`: renames a column of a table or view.

use super::Op;
use crate::ObjectName;

/// Renames a column of a table or view.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameColumn {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: String,
    /// Its name afterwards.
    pub new_name: String,
}

impl Op for RenameColumn {
    const NAME: &'static str = "rename_column";
}
