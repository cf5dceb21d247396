//! `alter_policy`: replaces the definition of a policy.

use super::Op;
use crate::{ObjectName, Policy};

/// Replaces the definition of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterPolicy {
    /// The table.
    pub table: ObjectName,
    /// The policy as it is afterwards.
    pub policy: Policy,
}

impl Op for AlterPolicy {
    const NAME: &'static str = "alter_policy";
}
