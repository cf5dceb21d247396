//! `drop_policy`: drops a policy.

use super::Op;
use crate::ObjectName;

/// Drops a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct DropPolicy {
    /// The table.
    pub table: ObjectName,
    /// The policy.
    pub name: String,
    /// `IF EXISTS`.
    pub if_exists: bool,
}

impl Op for DropPolicy {
    const NAME: &'static str = "drop_policy";
}
