//! `drop_type`: drops an enum or domain.

use super::Op;
use crate::ObjectName;

/// Drops an enum or domain.
#[derive(Clone, Debug, PartialEq)]
pub struct DropType {
    /// The type.
    pub name: ObjectName,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropType {
    const NAME: &'static str = "drop_type";
}
