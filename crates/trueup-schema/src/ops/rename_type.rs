//! `rename_type`: renames a type, or moves it to another namespace.

use super::Op;
use crate::ObjectName;

/// Renames a type, or moves it to another namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameType {
    /// The type.
    pub name: ObjectName,
    /// Its name afterwards.
    pub new_name: ObjectName,
}

impl Op for RenameType {
    const NAME: &'static str = "rename_type";
}
