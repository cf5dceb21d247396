//! SQL expressions and their normal form.

use crate::Dialect;

mod normal;

/// An SQL expression: the text as it was written, and the canonical form that decides equality.
#[derive(Clone, Debug)]
pub struct SqlExpr {
    text: String,
    canonical: String,
}

impl SqlExpr {
    /// Returns an expression (a default, a CHECK condition, an index predicate …) with its normal form.
    pub fn new(dialect: Dialect, text: impl Into<String>) -> Self {
        let text = text.into();
        let canonical = normal::canonical_expression(dialect, &text);
        Self { text, canonical }
    }

    /// Returns a whole statement or definition (a view's query, a function, a trigger), normalised by tokens only.
    pub fn definition(dialect: Dialect, text: impl Into<String>) -> Self {
        let text = text.into();
        let canonical = normal::canonical_tokens(dialect, &text);
        Self { text, canonical }
    }

    /// Returns the text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the normal form.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

impl PartialEq for SqlExpr {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for SqlExpr {}
