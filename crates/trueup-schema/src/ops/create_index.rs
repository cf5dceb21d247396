//! `create_index`: creates an index on a table or materialized view.

use super::Op;
use crate::{Index, ObjectName};

/// Creates an index on a table or materialized view.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateIndex {
    /// The table.
    pub table: ObjectName,
    /// The index.
    pub index: Index,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateIndex {
    const NAME: &'static str = "create_index";
}
