//! Where something is written: a source text and a range in it.

use std::fmt;
use std::rc::Rc;

use crate::ast::{Name, Span};

/// The source text a place belongs to.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceRef {
    /// Dotted module name.
    pub module: Name,
    /// The path the embedder gave.
    pub path: Rc<str>,
    /// Library stubs are knowledge of ours, not something the user wrote.
    pub is_library: bool,
}

/// A range in a source text.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// Which text.
    pub source: Rc<SourceRef>,
    /// Which bytes.
    pub span: Span,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.source.path, self.span.start, self.span.end)
    }
}
