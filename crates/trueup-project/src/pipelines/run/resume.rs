//! What an earlier run has done of a revision outside of its transaction.
//!
//! `CREATE INDEX CONCURRENTLY` and its like stay when the revision that contains them is not recorded: the run was killed
//! in between, or a later statement failed. Run again, the revision would fail on what it has done itself. What is there
//! exactly as the revision wants it is not done again; everything else is still refused.

use trueup_alembic::replay::{Action, ReplayedRevision, ScriptStep};
use trueup_schema::diff::{Compare, compare};
use trueup_schema::ops::CreateIndex;
use trueup_schema::{Operation, Origin, Schema};

use super::script::read_operation;

/// Takes out of a script what is done already, with the failures that it would be, and returns what was taken out.
///
/// An invalid index is never what anybody wants: its step stays and begins by dropping it. What is valid, or gone, counts as
/// done only where a run of the revision was `attempted`.
pub(super) fn without_done(replayed: &mut ReplayedRevision, attempted: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if replayed.failures.is_empty() {
        return notes;
    }
    let mut outside = false;
    let mut overcome: Vec<Origin> = Vec::new();
    let (script, before) = (std::mem::take(&mut replayed.script), &replayed.before);
    for step in script {
        if let Action::Autocommit(begins) = step.action {
            outside = begins;
        }
        let found = if outside { found(&step, before) } else { Found::Other };
        match found {
            Found::Done(note) if attempted => {
                overcome.push(step.origin);
                notes.push(note);
                continue;
            }
            Found::Invalid => overcome.push(step.origin.clone()),
            Found::Done(_) | Found::Other => {}
        }
        replayed.script.push(step);
    }
    replayed.failures.retain(|failure| !overcome.contains(&failure.origin));
    notes
}

/// What is there of a step.
enum Found {
    /// All of it.
    Done(String),
    /// The index that it builds, unusable.
    Invalid,
    /// Nothing, or something else.
    Other,
}

fn found(step: &ScriptStep, schema: &Schema) -> Found {
    let operation = match &step.action {
        Action::Operation(operation) => Some(operation.clone()),
        Action::Sql(sql) => read_operation(schema.dialect, sql),
        _ => None,
    };
    match operation {
        Some(Operation::CreateIndex(op)) if op.concurrently => index(&op, schema),
        Some(Operation::DropIndex(op)) if op.concurrently && schema.relation(&op.index).is_none() => {
            Found::Done(format!("the index `{}` is gone already; an earlier run has dropped it", op.index))
        }
        _ => Found::Other,
    }
}

/// Compares an index that is there with the one that is to be built.
fn index(op: &CreateIndex, schema: &Schema) -> Found {
    let Some(table) = schema.table(&op.table) else { return Found::Other };
    let Some(present) = table.indexes.iter().find(|index| index.name == op.index.name) else {
        return Found::Other;
    };
    if !present.valid {
        return Found::Invalid;
    }
    let alone = |index: &trueup_schema::Index| {
        let mut table = table.clone();
        table.indexes = vec![index.clone()];
        let mut schema = Schema::new(schema.dialect);
        schema.insert_table(table);
        schema
    };
    if compare(&alone(&op.index), &alone(present), &Compare::default()).is_empty() {
        let name = &op.index.name;
        return Found::Done(format!(
            "the index `{name}` is there already, as it should be; an earlier run has built it"
        ));
    }
    Found::Other
}
