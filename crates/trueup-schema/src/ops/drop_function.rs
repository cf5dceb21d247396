//! `drop_function`: drops a function.

use super::Op;
use crate::{ColumnType, ObjectName};

/// Drops a function.
#[derive(Clone, Debug, PartialEq)]
pub struct DropFunction {
    /// The function.
    pub name: ObjectName,
    /// Its argument types, where the source names them.
    pub argument_types: Option<Vec<ColumnType>>,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropFunction {
    const NAME: &'static str = "drop_function";
}
