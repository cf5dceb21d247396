//! `create_function`: creates or replaces a function.

use super::Op;
use crate::Function;

/// Creates or replaces a function.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateFunction {
    /// The function.
    pub function: Function,
    /// `OR REPLACE`.
    pub or_replace: bool,
}

impl Op for CreateFunction {
    const NAME: &'static str = "create_function";
}
