//! `alter_sequence`: replaces the options of a sequence.

use super::Op;
use crate::Sequence;

/// Replaces the options of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterSequence {
    /// The sequence as it is afterwards.
    pub sequence: Sequence,
}

impl Op for AlterSequence {
    const NAME: &'static str = "alter_sequence";
}
