//! `enable_trigger`: switches a trigger on or off.

use super::Op;
use crate::ObjectName;

/// Switches a trigger on or off.
#[derive(Clone, Debug, PartialEq)]
pub struct EnableTrigger {
    /// The table.
    pub table: ObjectName,
    /// The trigger; `None` is all of the table.
    pub name: Option<String>,
    /// On or off.
    pub enabled: bool,
}

impl Op for EnableTrigger {
    const NAME: &'static str = "enable_trigger";
}
