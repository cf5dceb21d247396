//! Where one side refuses and the other does not, on purpose.

use super::sides::Answer;

/// What trueup refuses and Alembic does, on purpose; see also `graphs`.
pub(super) fn refusal(ours: &Answer) -> Option<&'static str> {
    let reasons = [
        (
            "counts from the applied revision, and there are several",
            "counted from one of several applied revisions, whichever comes first",
        ),
        ("leads out of the history", "counted down below base"),
    ];
    reasons.iter().find(|(words, _)| ours.error.contains(words)).map(|(_, reason)| *reason)
}

/// What Alembic refuses and trueup does, on purpose.
pub(super) fn better(theirs: &str) -> Option<&'static str> {
    let reasons = [
        (
            "into generated column",
            "a rebuild leaves generated columns out of the copy, Alembic fails on them",
        ),
        ("KeyError: ", "a merge depends on a revision below it, for which Alembic wants to delete a row"),
    ];
    reasons.iter().find(|(words, _)| theirs.contains(words)).map(|(_, reason)| *reason)
}

/// What Alembic cannot write down without a database, and trueup can.
pub(super) fn better_script(theirs: &str) -> Option<&'static str> {
    let reasons = [
        ("requires a live database connection", "a batch of SQLite is written down without a database"),
        ("cannot proceed in --sql mode", "a batch of SQLite is written down without a database"),
        ("No literal value renderer is available", "values are written down that Alembic has no literal for"),
        ("NoInspectionAvailable", "what a revision asks the database is answered by the revisions before"),
        ("'NoneType' object", "what a revision asks the database is answered by the revisions before"),
    ];
    reasons.iter().find(|(words, _)| theirs.contains(words)).map(|(_, reason)| *reason)
}
