//! `create_table`: creates a table with all it carries: columns, constraints, indexes, comments.

use super::Op;
use crate::Table;

/// Creates a table with all it carries: columns, constraints, indexes, comments.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTable {
    /// The table.
    pub table: Table,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateTable {
    const NAME: &'static str = "create_table";
}
