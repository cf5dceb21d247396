//! `diff`: what turns one source into another, as operations, as SQL and in words.
//!
//! - `align`: takes out what belongs to no side or cannot be compared;
//! - `plan`: operations become steps with their statements, and what is known of each;
//! - `python`: the operations as the functions of a revision;
//! - `rebuild`: changes that SQLite makes only to a table made anew;
//! - `script`: the steps as one text to run;
//! - `words`: operations in words.
//!
//! Nothing is changed, and a database is asked only where one side is one.

use trueup_schema::diff::{Unknown, diff_with_unknowns};
use trueup_schema::{Dialect, Operation, Schema};

use super::run::{NotRun, RunFailure, RunFailureKind};
use super::source::{NotKnown, Source, SourceName, SourceRequest, read_all};
use crate::config::Configuration;

mod align;
mod plan;
mod python;
mod rebuild;
mod script;
mod words;

pub use plan::{Planned, Statement, Step, Undo};
pub use words::{Change, Words};

/// What turns one source into another.
pub struct Comparison {
    /// The source that is changed, in words.
    pub from: String,
    /// The source that it is to become, in words.
    pub to: String,
    /// The kind of database.
    pub dialect: Dialect,
    /// What there is to do, in order.
    pub steps: Vec<Step>,
    /// Properties that one side does not tell: they are left as they are.
    pub incomparable: Vec<Unknown>,
    /// What the sources do not tell.
    pub unknown: Vec<NotKnown>,
    /// Worth knowing, in sentences.
    pub notes: Vec<String>,
    /// The schema that is changed.
    before: Schema,
}

impl Comparison {
    /// Tells whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns the operations in order.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.steps.iter().flat_map(|step| &step.operations).map(|operation| &operation.operation)
    }

    /// Returns the first step that no statement carries out.
    pub fn obstacle(&self) -> Option<&str> {
        self.steps.iter().find_map(|step| step.obstacle.as_deref())
    }

    /// Returns all statements as one text to run.
    ///
    /// # Errors
    /// When a step cannot be written as SQL: half of a change is none.
    pub fn sql(&self) -> Result<String, NotRun> {
        match self.obstacle() {
            None => Ok(script::text(self)),
            Some(obstacle) => Err(RunFailure::new(
                RunFailureKind::Refused,
                format!("not everything can be written as SQL: {obstacle}"),
            )
            .hint("`trueup diff` without `--sql` lists every operation; change this one by hand first")
            .into()),
        }
    }
}

impl Comparison {
    /// Returns the operations as the two functions of a revision.
    ///
    /// # Errors
    /// When neither Alembic nor the dialect has words for an operation.
    pub fn python(&self) -> Result<String, NotRun> {
        let operations: Vec<Operation> = self.operations().cloned().collect();
        python::text(&self.before, &operations).map_err(|error| {
            RunFailure::new(
                RunFailureKind::Refused,
                format!("not everything can be written as Python: {}", error.0),
            )
            .hint("`trueup diff` without `--python` lists every operation; change this one by hand first")
            .into()
        })
    }
}

/// Compares two sources.
///
/// # Errors
/// When one of them is not there or cannot be told at all.
pub fn diff(
    configuration: &Configuration,
    request: &SourceRequest,
    from: &SourceName,
    to: &SourceName,
) -> Result<Comparison, NotRun> {
    let mut sources = read_all(configuration, request, &[from, to])?.into_iter();
    let (Some(mut from), Some(mut to)) = (sources.next(), sources.next()) else {
        return Err(RunFailure::new(RunFailureKind::Request, "two sources are compared").into());
    };
    let notes = align::align(configuration, &mut from, &mut to);
    let (operations, incomparable) = operations(&from, &to);
    let steps = plan::steps(&from, &operations);
    let mut comparison = Comparison {
        dialect: from.schema.dialect,
        steps,
        incomparable,
        unknown: from.unknown,
        notes: from.notes,
        from: from.title,
        to: to.title,
        before: from.schema,
    };
    comparison.unknown.extend(to.unknown);
    comparison.notes.extend(to.notes);
    comparison.notes.extend(notes);
    Ok(comparison)
}

/// Returns the operations between two sources; what a rebuild of an SQLite table may have lost or kept may be there or
/// not.
fn operations(from: &Source, to: &Source) -> (Vec<Operation>, Vec<Unknown>) {
    let pairs: [(Option<&Schema>, Option<&Schema>); 3] = [
        (Some(&from.schema), Some(&to.schema)),
        (from.kept.as_ref(), Some(&to.schema)),
        (Some(&from.schema), to.kept.as_ref()),
    ];
    let found = pairs.into_iter().filter_map(|(from, to)| Some(diff_with_unknowns(from?, to?)));
    found.min_by_key(|(operations, _)| operations.len()).unwrap_or_default()
}
