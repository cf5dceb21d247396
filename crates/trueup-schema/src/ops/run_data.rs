//! `run_data`: changes or reads rows only; the schema stays as it is.

use super::Op;

/// Changes or reads rows only; the schema stays as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct RunData {
    /// The statement, or a description of what the revision does.
    pub sql: String,
}

impl Op for RunData {
    const NAME: &'static str = "run_data";
}
