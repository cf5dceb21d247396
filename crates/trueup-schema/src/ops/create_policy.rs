//! `create_policy`: creates a row security policy.

use super::Op;
use crate::{ObjectName, Policy};

/// Creates a row security policy.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatePolicy {
    /// The table.
    pub table: ObjectName,
    /// The policy.
    pub policy: Policy,
}

impl Op for CreatePolicy {
    const NAME: &'static str = "create_policy";
}
