//! `add_enum_label`: adds a label to an enum type.

use super::{Op, LabelPosition};
use crate::ObjectName;

/// Adds a label to an enum type.
#[derive(Clone, Debug, PartialEq)]
pub struct AddEnumLabel {
    /// The type.
    pub name: ObjectName,
    /// The label.
    pub label: String,
    /// Where; `None` is at the end.
    pub position: Option<LabelPosition>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for AddEnumLabel {
    const NAME: &'static str = "add_enum_label";
}
