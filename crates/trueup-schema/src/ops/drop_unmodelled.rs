//! `drop_unmodelled`: drops an object whose content is not modelled.

use super::Op;
use crate::Unmodelled;

/// Drops an object whose content is not modelled.
#[derive(Clone, Debug, PartialEq)]
pub struct DropUnmodelled {
    /// The object.
    pub object: Unmodelled,
    /// The statement.
    pub sql: String,
}

impl Op for DropUnmodelled {
    const NAME: &'static str = "drop_unmodelled";
}
