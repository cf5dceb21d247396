//! `snapshot`: a source as a file that people read and compare line by line.

use trueup_schema::snapshot::{Snapshot, fingerprint};

use super::run::NotRun;
use super::source::{NotKnown, SourceName, SourceRequest, read};
use crate::config::Configuration;

/// A snapshot that was taken.
pub struct Taken {
    /// What it was taken of, in words.
    pub title: String,
    /// The file.
    pub text: String,
    /// The fingerprint of the schema.
    pub fingerprint: String,
    /// How many tables it has.
    pub tables: usize,
    /// What the source does not tell.
    pub unknown: Vec<NotKnown>,
    /// Worth knowing, in sentences.
    pub notes: Vec<String>,
}

/// Takes a snapshot of a source; Alembic's version table is no part of it.
///
/// # Errors
/// When the source is not there or cannot be told at all.
pub fn take(
    configuration: &Configuration,
    request: &SourceRequest,
    name: &SourceName,
) -> Result<Taken, NotRun> {
    let mut source = read(configuration, request, name)?;
    if let Some(table) = &source.version_table {
        source.schema.tables.shift_remove(table);
    }
    Ok(Taken {
        text: Snapshot::write(&source.schema),
        fingerprint: fingerprint(&source.schema),
        tables: source.schema.tables.len(),
        title: source.title,
        unknown: source.unknown,
        notes: source.notes,
    })
}

/// Returns the source that is meant where none is named: the revisions, else the models.
pub fn usual_source(configuration: &Configuration) -> SourceName {
    let folders = &configuration.version_locations;
    let has_revisions =
        folders.iter().any(|folder| !crate::files::with_extension(folder, &["py"]).is_empty());
    if has_revisions { SourceName::Revisions(None) } else { SourceName::Models }
}
