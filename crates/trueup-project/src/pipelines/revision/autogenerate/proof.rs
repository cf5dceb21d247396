//! Runs what would be written, on a schema in memory.

use trueup_alembic::replay::{Replay, Way};
use trueup_alembic::template::TemplateBodies;
use trueup_schema::diff::{Compare, Difference, compare};
use trueup_schema::{Operation, Schema};

use super::adopt::counts;
use crate::pipelines::check::compared::Compared;

/// How messages call a text that is no file yet.
const PATH: &str = "the new revision";
/// Differences named in a message.
const NAMED: usize = 3;

/// Returns a module with both functions.
pub(super) fn module(bodies: &TemplateBodies) -> String {
    format!(
        "from alembic import op\nimport sqlalchemy as sa\n{}\n\nrevision = \"generated\"\ndown_revision = None\n\n\n\
         def upgrade():\n    {}\n\n\ndef downgrade():\n    {}\n",
        bodies.imports, bodies.upgrades, bodies.downgrades
    )
}

/// Returns the schema after `upgrade()`.
pub(super) fn upgraded(
    compared: &Compared<'_>,
    bodies: &TemplateBodies,
    before: &Schema,
) -> Result<Schema, String> {
    ran(compared.replay(PATH, &module(bodies), before.clone(), Way::Up))
}

/// Returns the schema after `downgrade()`.
pub(super) fn downgraded(
    compared: &Compared<'_>,
    bodies: &TemplateBodies,
    after: &Schema,
) -> Result<Schema, String> {
    ran(compared.replay(PATH, &module(bodies), after.clone(), Way::Down))
}

/// Returns where a run ended, or why it is not known.
fn ran(replayed: Replay) -> Result<Schema, String> {
    for revision in &replayed.revisions {
        if let Some(failure) = revision.failures.first() {
            return Err(failure.message.clone());
        }
        if let Some(open) = revision.unproven.first() {
            return Err(open.reason.clone());
        }
    }
    Ok(replayed.schema)
}

/// Holds two texts of a revision against each other: both must do the same.
pub(super) fn same(
    compared: &Compared<'_>,
    path: &str,
    text: &str,
    meant: &str,
    before: Schema,
) -> Result<(), String> {
    let wanted = ran(compared.replay(PATH, meant, before.clone(), Way::Up))?;
    let found = ran(compared.replay(path, text, before, Way::Up))?;
    if let Some(what) = unlike(compared, &wanted, &found) {
        return Err(format!("`upgrade()` leaves {what} otherwise"));
    }
    let (wanted, found) = (
        ran(compared.replay(PATH, meant, wanted, Way::Down)),
        ran(compared.replay(path, text, found, Way::Down)),
    );
    match (wanted, found) {
        (Ok(wanted), Ok(found)) => match unlike(compared, &wanted, &found) {
            Some(what) => Err(format!("`downgrade()` leaves {what} otherwise")),
            None => Ok(()),
        },
        (Ok(_), Err(message)) => Err(message),
        // It raises, and says why.
        (Err(_), _) => Ok(()),
    }
}

/// Returns the operations that bring back what a run has lost of triggers, indexes and views.
pub(super) fn lost(after: &Schema, wanted: &Schema) -> Vec<Operation> {
    let operations = trueup_schema::diff(after, wanted);
    let brings_back = |operation: &Operation| {
        matches!(
            operation,
            Operation::CreateTrigger(_) | Operation::CreateIndex(_) | Operation::CreateView(_)
        )
    };
    operations.into_iter().filter(brings_back).collect()
}

/// Names what differs between two schemas, if anything does.
pub(super) fn unlike(compared: &Compared<'_>, wanted: &Schema, found: &Schema) -> Option<String> {
    let options = Compare { ignore: vec![compared.version_table()], by_meaning: true, ..Compare::default() };
    let differences: Vec<Difference> = compare(wanted, found, &options).into_iter().filter(counts).collect();
    (!differences.is_empty()).then(|| named(&differences))
}

/// Names objects that differ.
pub(super) fn named(differences: &[Difference]) -> String {
    let name = |difference: &Difference| {
        let object = &difference.object;
        let table = object.table.as_ref().map(|table| format!("{table}.")).unwrap_or_default();
        format!("{} `{table}{}`", object.kind.words(), object.name)
    };
    let mut names: Vec<String> = differences.iter().map(name).collect();
    names.dedup();
    let more = names.len().saturating_sub(NAMED);
    let mut text = names[..names.len().min(NAMED)].join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}
