//! What can still be said when the graph of revisions is broken.
//!
//! The graph's own rules tell every defect. Here is only decided what would merely repeat them: comparing models or a
//! database with a schema to which some revisions never got.

use trueup_alembic::replay::Replay;
use trueup_schema::ApplyError;
use trueup_schema::revision::RevisionGraph;

/// Tells whether the replay shows what all revisions build: each has its place, and none ran before what it needs.
pub(super) fn is_in_order(graph: &RevisionGraph, replayed: &Replay) -> bool {
    if !graph.disconnected().is_empty() {
        return false;
    }
    let stray =
        graph.bases().iter().filter(|base| graph.revisions()[**base].branch_labels.is_empty()).count() > 1;
    let lacks_something = replayed.revisions.iter().any(|revision| {
        revision.failures.iter().any(|failure| matches!(failure.error, Some(ApplyError::Missing { .. })))
    });
    !(stray && lacks_something)
}

/// Returns the note that stands in place of the comparison.
pub(super) fn note(has_models: bool) -> String {
    let what = if has_models { "models and revisions are" } else { "what the revisions build is" };
    format!("{what} not compared: the graph of revisions is broken, so what they build is not known")
}
