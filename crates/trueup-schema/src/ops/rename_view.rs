//! `rename_view`: renames a view.

use super::Op;
use crate::ObjectName;

/// Renames a view.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameView {
    /// The view.
    pub name: ObjectName,
    /// Its name afterwards.
    pub new_name: ObjectName,
}

impl Op for RenameView {
    const NAME: &'static str = "rename_view";
}
