//! The normal form of expressions.

use crate::Dialect;

/// Returns the canonical form of an expression.
pub(super) fn canonical_expression(dialect: Dialect, text: &str) -> String {
    canonical_tokens(dialect, text)
}

/// Returns the text with white space folded outside of quotes.
pub(super) fn canonical_tokens(_dialect: Dialect, text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
