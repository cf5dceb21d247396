//! `drop_view`: drops a view.

use super::Op;
use crate::ObjectName;

/// Drops a view.
#[derive(Clone, Debug, PartialEq)]
pub struct DropView {
    /// The view.
    pub name: ObjectName,
    /// Whether it is a materialized view.
    pub materialized: bool,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropView {
    const NAME: &'static str = "drop_view";
}
