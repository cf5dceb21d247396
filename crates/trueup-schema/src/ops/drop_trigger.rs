//! `drop_trigger`: drops a trigger.

use super::Op;
use crate::ObjectName;

/// Drops a trigger.
#[derive(Clone, Debug, PartialEq)]
pub struct DropTrigger {
    /// The trigger.
    pub name: String,
    /// Its table (SQLite does not name it).
    pub table: Option<ObjectName>,
    /// `IF EXISTS`.
    pub if_exists: bool,
}

impl Op for DropTrigger {
    const NAME: &'static str = "drop_trigger";
}
