//! What runs do to the version table: the statements of every step, the rows after it, and how the log tells of it.
//!
//! Alembic's side runs its own steps on a table in SQLite. It runs them twice: with sets that keep their order, so that
//! the statements can be compared one by one, and as it is, where only their kinds and the rows are certain.

use serde_json::Value;
use trueup_schema::revision::{IdentifierError, RevisionGraph, RunStep, VersionChange, VersionRows};

use super::generate::Question;

/// Where [`alembic_cannot_merge`] says yes.
pub(super) const CANNOT_MERGE: &str =
    "a merge depends on a revision below it, for which Alembic wants to delete a row (KeyError)";

/// Returns what every step of a run does, and then the same with no more than the kinds of the statements.
pub(super) fn run(graph: &RevisionGraph, question: &Question) -> Result<Vec<String>, IdentifierError> {
    let mut rows = VersionRows::new(&question.applied);
    let mut told = |step: RunStep<'_>| {
        let changes = match step {
            RunStep::Upgrade(revision) => rows.upgraded(graph, revision),
            RunStep::Downgrade(revision) => rows.downgraded(graph, revision),
            RunStep::Stamp(step) => rows.stamped(graph, step),
        };
        let name = match step {
            RunStep::Upgrade(_) => "upgrade",
            RunStep::Downgrade(_) => "downgrade",
            RunStep::Stamp(_) => "stamp_revision",
        };
        let mut left = graph.ids(&rows.revisions().collect::<Vec<_>>());
        left.sort();
        let (movement, left) = (graph.movement(step), left.join(" "));
        let statements: Vec<String> = changes.iter().map(statement).collect();
        let mut kinds: Vec<&str> = statements.iter().map(|statement| kind(statement)).collect();
        kinds.sort_unstable();
        let line = |what: String| format!("{name} {movement}: {what}; {left}");
        (line(statements.join(", ")), line(kinds.join(", ")))
    };
    let text = question.text.as_str();
    let (exact, loose): (Vec<_>, Vec<_>) = match question.kind {
        "upgrade-rows" => {
            let steps = graph.upgrade_steps(text, &question.applied)?;
            steps.into_iter().map(|revision| told(RunStep::Upgrade(revision))).unzip()
        }
        "downgrade-rows" => {
            let steps = graph.downgrade_steps(text, &question.applied)?;
            steps.into_iter().map(|revision| told(RunStep::Downgrade(revision))).unzip()
        }
        _ => {
            let targets: Vec<String> = text.split(' ').map(str::to_owned).collect();
            let steps = graph.stamp_steps(&targets, &question.applied)?;
            steps.iter().map(|step| told(RunStep::Stamp(step))).unzip()
        }
    };
    Ok(exact.into_iter().chain(loose).collect())
}

fn statement(change: &VersionChange) -> String {
    match change {
        VersionChange::Insert(id) => format!("INSERT {id}"),
        VersionChange::Delete(id) => format!("DELETE {id}"),
        VersionChange::Update { from, to } => format!("UPDATE {from} {to}"),
    }
}

fn kind(statement: &str) -> &str {
    statement.split(' ').next().unwrap_or_default()
}

/// Tells whether Alembic stopped at a merge that depends on a revision which is no row, because the merge's other
/// parents build on it; up to there both must be alike.
pub(super) fn alembic_cannot_merge(
    graph: &RevisionGraph,
    question: &Question,
    ours: &[String],
    answer: &Value,
) -> bool {
    let Some(done) = answer["done"].as_array().filter(|_| question.kind == "upgrade-rows") else {
        return false;
    };
    let is_key_error = answer["error"].as_str().is_some_and(|error| error.starts_with("KeyError"));
    if !is_key_error
        || !done.iter().map(Value::as_str).eq(ours.iter().take(done.len()).map(|line| Some(&**line)))
    {
        return false;
    }
    let Ok(steps) = graph.upgrade_steps(&question.text, &question.applied) else { return false };
    let mut rows = VersionRows::new(&question.applied);
    for &step in &steps[..done.len()] {
        rows.upgraded(graph, step);
    }
    let merge = steps[done.len()];
    let rows: Vec<usize> = rows.revisions().collect();
    let below: Vec<usize> = graph.down(merge).iter().chain(graph.dependencies(merge)).copied().collect();
    let (merged, others): (Vec<usize>, Vec<usize>) = rows.into_iter().partition(|row| below.contains(row));
    let is_elsewhere =
        |revision: usize| others.iter().any(|other| graph.ancestors(*other).contains(&revision));
    merged.len() > 1 && below.iter().any(|below| !merged.contains(below) && !is_elsewhere(*below))
}
