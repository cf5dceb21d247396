//! `drop_sequence`: drops a sequence.

use super::Op;
use crate::ObjectName;

/// Drops a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct DropSequence {
    /// The sequence.
    pub name: ObjectName,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropSequence {
    const NAME: &'static str = "drop_sequence";
}
