//! `grant`: grants a privilege on a table.

use super::Op;
use crate::{Grant, ObjectName};

/// Grants a privilege on a table.
#[derive(Clone, Debug, PartialEq)]
pub struct GrantPrivilege {
    /// The table.
    pub table: ObjectName,
    /// The privilege.
    pub grant: Grant,
}

impl Op for GrantPrivilege {
    const NAME: &'static str = "grant";
}
