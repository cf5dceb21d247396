//! `drop_namespace`: drops a namespace (`DROP SCHEMA`).

use super::Op;

/// Drops a namespace (`DROP SCHEMA`).
#[derive(Clone, Debug, PartialEq)]
pub struct DropNamespace {
    /// The namespace.
    pub name: String,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropNamespace {
    const NAME: &'static str = "drop_namespace";
}
