//! `create_extension`: installs an extension.

use super::Op;
use crate::Extension;

/// Installs an extension.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateExtension {
    /// The extension.
    pub extension: Extension,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateExtension {
    const NAME: &'static str = "create_extension";
}
