//! Revisions and the graph they form.

use std::sync::Arc;

use crate::{Origin, Span};

/// The header of a revision file: what Alembic reads from its module attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Revision {
    /// `revision`; `None` when the file does not tell (the file is then unloadable).
    pub id: Option<String>,
    /// `down_revision`, empty for a base.
    pub down_revisions: Vec<Reference>,
    /// `branch_labels`.
    pub branch_labels: Vec<String>,
    /// `depends_on`.
    pub depends_on: Vec<Reference>,
    /// Project-relative path of the file.
    pub path: Arc<str>,
    /// Span of the `revision` value.
    pub id_origin: Origin,
    /// Span of the `down_revision` value (the whole right side).
    pub down_origin: Origin,
    /// The module's docstring.
    pub docstring: Option<String>,
    /// Span of the docstring literal.
    pub docstring_span: Option<Span>,
    /// `Revision ID:` of the docstring.
    pub docstring_revision: Option<String>,
    /// `Revises:` of the docstring.
    pub docstring_revises: Option<String>,
    /// `Create Date:` of the docstring.
    pub docstring_date: Option<String>,
    /// Why the header could not be read, if so.
    pub problem: Option<(String, Option<Span>)>,
    /// SHA-like fingerprint of the file's text, to recognise identical twins.
    pub text_hash: u64,
}

/// A revision id that a header refers to, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The id, partial id or label as written.
    pub target: String,
    /// Where it is written.
    pub origin: Origin,
}
