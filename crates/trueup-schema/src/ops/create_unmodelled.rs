//! `create_unmodelled`: creates an object whose content is not modelled, such as extended statistics.

use super::Op;
use crate::Unmodelled;

/// Creates an object whose content is not modelled, such as extended statistics.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateUnmodelled {
    /// The object.
    pub object: Unmodelled,
    /// The statement.
    pub sql: String,
}

impl Op for CreateUnmodelled {
    const NAME: &'static str = "create_unmodelled";
}
