//! Revisions and the graph they form.
//!
//! A [`Revision`] is the header of one file, as a reader of revision files found it. [`RevisionGraph`] puts many of
//! them together with Alembic's own rules, but never fails: what Alembic would stop at is kept as a [`Defect`], and
//! the rest stays usable.

use std::sync::Arc;

use crate::{Origin, Span};

mod build;
mod graph;
mod identifier;
mod labels;
mod log;
mod order;
mod stamp;
mod steps;
mod suggest;
mod version_rows;

pub use graph::{Defect, LookupError, RevisionGraph};
pub use identifier::{End, IdentifierError};
pub use log::RunStep;
pub use order::strong_components;
pub use stamp::StampStep;
pub use steps::Bound;
pub use suggest::{Suggestion, SuggestionReason, edit_distance};
pub use version_rows::{VersionChange, VersionRows};

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

impl Revision {
    /// Returns the file's name without folder and ending, `3f2a_add_users` of `versions/3f2a_add_users.py`.
    pub fn file_stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.strip_suffix(".py").or_else(|| name.strip_suffix(".pyc")).unwrap_or(name)
    }

    /// Returns the message: the first paragraph of the docstring on one line.
    pub fn message(&self) -> Option<String> {
        let text = self.docstring.as_deref()?.trim();
        let paragraph = text.split("\n\n").next().unwrap_or(text);
        let lines = paragraph.lines().map(str::trim).take_while(|line| {
            !["Revision ID:", "Revises:", "Create Date:"].iter().any(|header| line.starts_with(header))
        });
        let message = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        (!message.is_empty()).then_some(message)
    }
}

#[cfg(test)]
mod tests;
