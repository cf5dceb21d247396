//! `drop_extension`: removes an extension.

use super::Op;

/// Removes an extension.
#[derive(Clone, Debug, PartialEq)]
pub struct DropExtension {
    /// The extension.
    pub name: String,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropExtension {
    const NAME: &'static str = "drop_extension";
}
