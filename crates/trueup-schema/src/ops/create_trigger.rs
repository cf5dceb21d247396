//! `create_trigger`: creates or replaces a trigger.

use super::Op;
use crate::{ObjectName, Trigger};

/// Creates or replaces a trigger.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTrigger {
    /// The table or view.
    pub table: ObjectName,
    /// The trigger.
    pub trigger: Trigger,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS` (SQLite only).
    pub if_not_exists: bool,
}

impl Op for CreateTrigger {
    const NAME: &'static str = "create_trigger";
}
