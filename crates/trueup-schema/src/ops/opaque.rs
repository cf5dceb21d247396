//! `opaque`: does something that could not be read; everything after it is unproven.

use super::Op;

/// Does something that could not be read; everything after it is unproven.
#[derive(Clone, Debug, PartialEq)]
pub struct Opaque {
    /// The statement as written.
    pub sql: String,
    /// Why it could not be read.
    pub reason: String,
}

impl Op for Opaque {
    const NAME: &'static str = "opaque";
}
