//! What goes into the journal and comes out of it.

use std::fmt;

/// A revision that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalStep {
    /// Its id.
    pub revision: String,
    /// Which way it runs.
    pub direction: Direction,
    /// What is run, in the caller's words: `native`, `alembic`, `sql`, `stamp`.
    pub kind: String,
    /// Checksum of its file, to recognise one that was edited afterwards.
    pub checksum: Option<String>,
}

/// Which way a revision runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `upgrade()`.
    Upgrade,
    /// `downgrade()`.
    Downgrade,
}

/// How a revision ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not yet, or never.
    Started,
    /// It is in the database.
    Done,
    /// It failed, or what ran after it in the same transaction.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// What the journal tells of one revision of one run; times are UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// The run.
    pub run_id: String,
    /// Its place in the run; the first is 1.
    pub step: i64,
    /// What ran.
    pub what: JournalStep,
    /// When it began.
    pub started_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<i64>,
    /// How it ended.
    pub outcome: Outcome,
    /// The trueup that ran it.
    pub trueup_version: String,
    /// Who ran it: `user@host`.
    pub who: String,
    /// What was said about it.
    pub message: Option<String>,
}

impl Direction {
    pub(super) fn read(text: &str) -> Self {
        if text == "downgrade" { Self::Downgrade } else { Self::Upgrade }
    }
}

impl Outcome {
    /// Reads what is written; a word of a later version counts as an end that is not known to be good.
    pub(super) fn read(text: &str) -> Self {
        match text {
            "started" => Self::Started,
            "done" => Self::Done,
            "cancelled" => Self::Cancelled,
            _ => Self::Failed,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Started => "started",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        })
    }
}
