//! `rename_sequence`: renames a sequence, also one that a column owns.

use super::Op;
use crate::ObjectName;

/// Renames a sequence, also one that a column owns.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameSequence {
    /// The sequence.
    pub name: ObjectName,
    /// Its name afterwards.
    pub new_name: ObjectName,
    /// `IF EXISTS`.
    pub if_exists: bool,
}

impl Op for RenameSequence {
    const NAME: &'static str = "rename_sequence";
}
