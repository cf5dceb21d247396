//! `create_sequence`: creates a sequence.

use super::Op;
use crate::Sequence;

/// Creates a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateSequence {
    /// The sequence.
    pub sequence: Sequence,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateSequence {
    const NAME: &'static str = "create_sequence";
}
