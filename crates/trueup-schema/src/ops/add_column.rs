//! `add_column`: adds a column at the end; its constraints are operations of their own.

use super::Op;
use crate::{Column, ObjectName};

/// Adds a column at the end; its constraints are operations of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct AddColumn {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: Column,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for AddColumn {
    const NAME: &'static str = "add_column";
}
