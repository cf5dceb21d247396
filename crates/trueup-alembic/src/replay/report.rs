//! What a replay tells about each revision: plain values without a tie to the interpreter.

use std::collections::BTreeSet;

use trueup_schema::{ApplyError, ObjectKind, ObjectName, Operation, Origin, Schema};

use super::script::ScriptStep;

/// An operation of a revision with the call that caused it.
#[derive(Clone, Debug)]
pub struct RecordedOperation {
    /// The operation.
    pub operation: Operation,
    /// The call in the revision.
    pub origin: Origin,
    /// Nobody wrote it: rebuilding a SQLite table in batch mode loses what this operation drops.
    pub implied: bool,
}

/// A step that reads or changes rows.
#[derive(Clone, Debug)]
pub struct DataStep {
    /// The statement, or what it is in words.
    pub sql: String,
    /// The call in the revision.
    pub origin: Origin,
}

/// Why a revision's effect on the schema is not known.
#[derive(Clone, Debug)]
pub struct Unproven {
    /// In words, without a full stop.
    pub reason: String,
    /// Where.
    pub origin: Origin,
}

/// Something worth knowing about a revision that is no failure.
#[derive(Clone, Debug)]
pub struct Notice {
    /// In words, without a full stop.
    pub message: String,
    /// Where.
    pub origin: Origin,
}

/// An operation that a server, or Alembic itself, would refuse.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The operation, where it got that far.
    pub operation: Option<Operation>,
    /// Why the server refuses, where it is the server.
    pub error: Option<ApplyError>,
    /// In words, without a full stop.
    pub message: String,
    /// The call in the revision.
    pub origin: Origin,
}

impl Failure {
    /// Returns what is missing, when that is the reason.
    pub(crate) fn missing(&self) -> Option<(ObjectKind, &str)> {
        match &self.error {
            Some(ApplyError::Missing { kind, name, .. }) => Some((*kind, name)),
            _ => None,
        }
    }
}

/// Whether the operations of a revision are all that it does to the schema.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Yes.
    Proved,
    /// No: the first reason.
    Unproven(Unproven),
}

impl Verdict {
    /// Tells whether the revision is proved.
    pub fn is_proved(&self) -> bool {
        matches!(self, Self::Proved)
    }
}

/// What a revision's `downgrade()` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DowngradeKind {
    /// There is none.
    Missing,
    /// It does nothing.
    Empty,
    /// It only raises.
    Raises,
    /// It does something.
    Present,
}

/// What a `downgrade()` does right after its upgrade.
#[derive(Clone, Debug)]
pub struct Undone {
    /// Its operations in order, those that fail among them.
    pub operations: Vec<RecordedOperation>,
    /// Whether these are all.
    pub is_proved: bool,
    /// What real Alembic would send, where it was asked for.
    pub script: Vec<ScriptStep>,
}

/// One revision after its `upgrade()` was evaluated.
#[derive(Clone, Debug)]
pub struct ReplayedRevision {
    /// The revision's identifier.
    pub id: String,
    /// What it does to the schema, and its statements on rows (`run_data`), in order.
    pub operations: Vec<RecordedOperation>,
    /// Its statements on rows.
    pub data_steps: Vec<DataStep>,
    /// What real Alembic would send, where it was asked for.
    pub script: Vec<ScriptStep>,
    /// How many steps of the script a real database has seen already, where one was lent.
    pub sent: usize,
    /// Whether that is all.
    pub verdict: Verdict,
    /// Every reason why it is not, in order of evaluation.
    pub unproven: Vec<Unproven>,
    /// What would fail and ends the upgrade.
    pub failures: Vec<Failure>,
    /// What would fail and is caught by the revision itself.
    pub swallowed: Vec<Failure>,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
    /// What its downgrade is.
    pub downgrade: DowngradeKind,
    /// What its downgrade does, where it was asked for and the upgrade is known in full.
    pub undone: Option<Undone>,
    /// The schema before it.
    pub before: Schema,
}

/// The way back from the heads to base.
#[derive(Clone, Debug)]
pub struct Descent {
    /// The schema where it ends: that of the last revision reached, without parts of a downgrade that fails.
    pub schema: Schema,
    /// The revision that cannot be downgraded, and why, if base is not reached.
    pub ends: Option<(String, String)>,
}

/// A whole replay.
pub struct Replay {
    /// The revisions in the order in which they ran.
    pub revisions: Vec<ReplayedRevision>,
    /// The schema afterwards.
    pub schema: Schema,
    /// Objects that the revisions use but none creates: taken to be there before the first one.
    pub assumed: BTreeSet<(ObjectKind, ObjectName)>,
    /// Tables of which some parts could not be read, so that they cannot be compared.
    pub partial_tables: BTreeSet<ObjectName>,
    /// The way back, where it was asked for.
    pub descent: Option<Descent>,
}

impl Replay {
    /// Returns the tables that are taken to be there before the first revision.
    pub fn assumed_tables(&self) -> impl Iterator<Item = &ObjectName> {
        self.assumed.iter().filter(|(kind, _)| *kind == ObjectKind::Table).map(|(_, name)| name)
    }
}
