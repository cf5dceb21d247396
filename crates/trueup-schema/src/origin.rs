//! Where something was declared.

use std::sync::Arc;

/// A range of bytes in a source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the span from `start` to `end`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }
}

/// Where an object was declared, if it is known: a project-relative path with `/` and a byte range.
///
/// Two origins always compare equal: where a thing was written is no property of the schema, so `==` on schema
/// types stays structural equality.
#[derive(Clone, Debug, Default)]
pub struct Origin(pub Option<(Arc<str>, Span)>);

impl Origin {
    /// Returns an origin at a place in a file.
    pub fn at(path: impl Into<Arc<str>>, span: Span) -> Self {
        Self(Some((path.into(), span)))
    }

    /// Returns the origin of things that no file declares, such as what a database reports.
    pub fn none() -> Self {
        Self(None)
    }
}

impl PartialEq for Origin {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

/// Whether a constraint is written as part of its column, `b integer REFERENCES t`, rather than of its table.
///
/// SQLite drops the one with its column and refuses to drop the column of the other. It is no property of the schema
/// either, so two always compare equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inline(pub bool);

impl PartialEq for Inline {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl std::hash::Hash for Origin {
    fn hash<H: std::hash::Hasher>(&self, _state: &mut H) {}
}
