//! `rename_enum_label`: renames a label of an enum type.

use super::Op;
use crate::ObjectName;

/// Renames a label of an enum type.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameEnumLabel {
    /// The type.
    pub name: ObjectName,
    /// The label.
    pub label: String,
    /// Its text afterwards.
    pub new_label: String,
}

impl Op for RenameEnumLabel {
    const NAME: &'static str = "rename_enum_label";
}
