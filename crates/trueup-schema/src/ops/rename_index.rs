//! `rename_index`: renames an index, also one that a constraint owns.

use super::Op;
use crate::ObjectName;

/// Renames an index, also one that a constraint owns.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameIndex {
    /// The index.
    pub index: ObjectName,
    /// Its name afterwards.
    pub new_name: String,
    /// `IF EXISTS`.
    pub if_exists: bool,
}

impl Op for RenameIndex {
    const NAME: &'static str = "rename_index";
}
