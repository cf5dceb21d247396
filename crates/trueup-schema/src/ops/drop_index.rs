//! `drop_index`: drops an index.

use super::Op;
use crate::ObjectName;

/// Drops an index.
#[derive(Clone, Debug, PartialEq)]
pub struct DropIndex {
    /// The index.
    pub index: ObjectName,
    /// Its table, where the source names it.
    pub table: Option<ObjectName>,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropIndex {
    const NAME: &'static str = "drop_index";
}
