//! Revisions that only the project's own Python can run.
//!
//! Python opens a connection of its own as env.py says. It runs the one revision only when that connection leads to the
//! very database that is meant and the version table has the rows that the step was planned for.

use trueup_db::{DatabaseUrl, SqliteAddress};
use trueup_schema::diff::{Compare, DifferenceKind, compare};
use trueup_schema::revision::VersionChange;
use trueup_schema::{Location, Schema, Span};

use super::known::schema_of;
use super::online::{Online, SHOWN_KEPT, listed};
use super::plan::PlannedStep;
use super::{RunFailure, RunFailureKind, RunRequest, Way};
use crate::python::{self, MigrateRequest, migrate};

/// Runs a revision with the project's own Alembic.
pub(super) fn run(
    online: &mut Online<'_, '_>,
    request: &RunRequest,
    step: &PlannedStep,
) -> Result<(), Box<RunFailure>> {
    let configuration = online.project.configuration;
    let python = request
        .python
        .clone()
        .unwrap_or_else(|| python::interpreter(&configuration.root, &request.database.environment));
    let database =
        |error: trueup_db::RunError| Box::new(RunFailure::new(RunFailureKind::Database, error.to_string()));
    let rows = online.runner.borrow_mut().version_rows().map_err(database)?.unwrap_or_default();
    let asked = MigrateRequest {
        config: configuration.file.clone(),
        section: configuration.section.clone(),
        root: configuration.root.clone(),
        script_location: configuration.script_location.clone(),
        version_locations: configuration.version_locations.clone(),
        x: configuration.x_arguments.clone(),
        tag: request.tag.clone(),
        url: online.target.given.clone(),
        identity: identity(online)?,
        rows: rows.clone(),
        revision: step.id.clone(),
        up: step.way == Way::Up,
    };
    let told = migrate(&python, &asked).map_err(|message| {
        let hint =
            "`--python FILE` names the project's Python, with Alembic and the project's packages in it";
        Box::new(RunFailure::new(RunFailureKind::Environment, message).hint(hint))
    })?;
    if let Some(reason) = told.refused {
        return Err(Box::new(RunFailure::new(RunFailureKind::Refused, reason)));
    }
    if let Some(exception) = told.failed {
        let message = format!("the project's own Alembic failed on `{}`: {exception}", step.id);
        let mut failure = RunFailure::new(RunFailureKind::Database, message);
        failure.location = told.place.and_then(|(file, line)| place(configuration, &file, line));
        return Err(Box::new(failure));
    }
    let after = online.runner.borrow_mut().version_rows().map_err(database)?.unwrap_or_default();
    let expected = changed(rows, &step.changes);
    if after == expected {
        return Ok(());
    }
    let message = format!(
        "Python has run `{}`, and the database records {} where {} was expected",
        step.id,
        listed(&after),
        listed(&expected)
    );
    let hint = "look at what the revision and env.py do to the version table before going on";
    Err(Box::new(RunFailure::new(RunFailureKind::Database, message).hint(hint)))
}

/// Tells what a revision that failed in Python has left of itself.
///
/// Python's driver begins transactions on SQLite only before it changes rows, and `autocommit_block()` ends them on
/// any database.
pub(super) fn left_behind(online: &Online<'_, '_>, step: &PlannedStep, before: &Schema) -> Vec<String> {
    let Ok(after) = schema_of(online.target) else {
        return vec![format!("what `{}` has left of itself could not be asked", step.id)];
    };
    let found = compare(before, &after, &Compare::default());
    let shown = found.iter().take(SHOWN_KEPT).map(|difference| {
        let what = match &difference.kind {
            DifferenceKind::Added => "is new".to_owned(),
            DifferenceKind::Removed => "is gone".to_owned(),
            DifferenceKind::Changed { property, .. } | DifferenceKind::Unknown { property, .. } => {
                format!("has another {property}")
            }
        };
        format!("`{}` is half done, and this stays of it: the {} {what}", step.id, difference.object)
    });
    let mut facts: Vec<String> = shown.collect();
    if found.len() > SHOWN_KEPT {
        facts.push(format!("and {} more changes of it", found.len() - SHOWN_KEPT));
    }
    facts
}

/// Returns the rows of the version table after a step, sorted.
pub(super) fn changed(mut rows: Vec<String>, changes: &[VersionChange]) -> Vec<String> {
    for change in changes {
        match change {
            VersionChange::Insert(id) => rows.push(id.clone()),
            VersionChange::Delete(id) => rows.retain(|row| row != id),
            VersionChange::Update { from, to } => {
                rows.retain(|row| row != from);
                rows.push(to.clone());
            }
        }
    }
    rows.sort();
    rows
}

/// Returns what the database answers to be recognised by.
fn identity(online: &mut Online<'_, '_>) -> Result<Vec<String>, Box<RunFailure>> {
    if let DatabaseUrl::Sqlite(address) = &online.target.url {
        let SqliteAddress::File { path, .. } = address else { return Ok(Vec::new()) };
        let path = path.canonicalize().unwrap_or_else(|_| path.clone());
        return Ok(vec!["sqlite".to_owned(), path.to_string_lossy().into_owned()]);
    }
    let sql = "SELECT current_database()::text, pg_postmaster_start_time()::text";
    let rows = online.runner.borrow_mut().query(sql);
    let rows =
        rows.map_err(|error| Box::new(RunFailure::new(RunFailureKind::Database, error.to_string())))?;
    let cells = rows.first().map(|row| row.cells.as_slice()).unwrap_or_default();
    Ok(cells.iter().filter_map(|cell| cell.as_text().map(str::to_owned)).collect())
}

/// Returns the place of a line in a file of the project.
fn place(
    configuration: &crate::config::Configuration,
    file: &std::path::Path,
    line: usize,
) -> Option<Location> {
    let text = crate::files::read_source(file).ok()?;
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let length = text.get(start..)?.lines().next().unwrap_or_default().trim_end().len();
    let indent = text.get(start..)?.len() - text.get(start..)?.trim_start_matches([' ', '\t']).len();
    let span = Span::new((start + indent) as u32, (start + length.max(indent)) as u32);
    Some(Location::at(crate::files::relative(&configuration.root, file), span))
}
