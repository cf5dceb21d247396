//! `revoke`: revokes a privilege on a table.

use super::Op;
use crate::{Grant, ObjectName};

/// Revokes a privilege on a table.
#[derive(Clone, Debug, PartialEq)]
pub struct RevokePrivilege {
    /// The table.
    pub table: ObjectName,
    /// The privilege.
    pub grant: Grant,
}

impl Op for RevokePrivilege {
    const NAME: &'static str = "revoke";
}
