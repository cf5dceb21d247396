//! `create_namespace`: creates a namespace (`CREATE SCHEMA`).

use super::Op;

/// Creates a namespace (`CREATE SCHEMA`).
#[derive(Clone, Debug, PartialEq)]
pub struct CreateNamespace {
    /// The namespace.
    pub name: String,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateNamespace {
    const NAME: &'static str = "create_namespace";
}
