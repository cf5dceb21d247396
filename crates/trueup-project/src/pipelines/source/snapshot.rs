//! The source `snapshot:FILE`.

use std::path::Path;
use std::sync::Arc;

use trueup_schema::Location;
use trueup_schema::snapshot::Snapshot;

use super::Source;
use crate::files;
use crate::pipelines::run::{NotRun, RunFailure, RunFailureKind};

/// Reads a snapshot.
pub(in crate::pipelines) fn read(path: &Path) -> Result<Source, NotRun> {
    let shown = path.display().to_string();
    let failure = |message: String| RunFailure::new(RunFailureKind::Environment, message);
    let text = files::read_source(path).map_err(|problem| {
        failure(format!("the snapshot `{shown}` cannot be read: {}", problem.reason))
            .hint("`trueup snapshot -o FILE` writes one")
    })?;
    let snapshot = Snapshot::read(&text).map_err(|error| {
        let mut failure = failure(format!("`{shown}` is not understood: {error}"))
            .hint("`trueup snapshot -o FILE` writes it anew; a conflict of a merge is mended the same way");
        failure.location = Some(Location::file(Arc::from(shown.as_str())));
        failure.line = Some(error.line);
        failure
    })?;
    let mut source = Source::new(format!("the snapshot {shown}"), snapshot.schema.clone());
    if !snapshot.is_as_written() {
        source.notes.push(format!("`{shown}` was edited: it is not what its fingerprint was made of"));
    }
    Ok(source)
}
