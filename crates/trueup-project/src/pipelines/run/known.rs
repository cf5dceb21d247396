//! What a database is known to have before anything runs on it: its rows, its schema, and what its journal tells.

use std::collections::{BTreeMap, BTreeSet};

use trueup_alembic::replay::Way;
use trueup_db::{
    Database, DatabaseUrl, Direction, InspectOptions, JournalEntry, Outcome, Runner, SqliteAddress,
};
use trueup_schema::Schema;

use super::online::steps;
use super::plan::{Base, checksum};
use super::{Event, NotRun, Project, RunFailure, RunFailureKind, RunReport, Tell};
use crate::pipelines::check::drift::{read_sqlite, with_causes};
use crate::pipelines::target::Target;

/// Tells that the database is where it is to go, and what the journal knows of it.
///
/// Nobody need be kept out for that: it is true at the moment at which the rows are read, as for a run that has the lock for
/// this moment only. Where a run seems not to have ended, only the lock tells whether it still goes on.
pub(super) fn nothing_to_do(
    project: &Project<'_>,
    target: &Target,
    runner: &mut Runner,
    identifier: &str,
    way: Way,
    tell: Tell<'_>,
) -> Option<RunReport> {
    let mut rows = runner.version_rows().ok()??;
    let applied = project.prepared.graph.applied(&rows).ok()?;
    let is_there = !rows.is_empty() && steps(project, identifier, way, &applied).ok()?.is_empty();
    let entries = if is_there { runner.journal().unwrap_or_default() } else { Vec::new() };
    if !is_there || unended(&entries).next().is_some() {
        return None;
    }
    tell_edited(project, &entries, tell);
    rows.sort();
    Some(RunReport {
        database: target.url.to_string(),
        before: rows.clone(),
        after: rows,
        ..RunReport::default()
    })
}

/// Says which revisions were edited after they ran.
pub(super) fn tell_edited(project: &Project<'_>, entries: &[JournalEntry], tell: Tell<'_>) {
    let prepared = &project.prepared;
    for edited in edited(entries, |id| Some(checksum(prepared.text(prepared.graph.get(id)?)))) {
        tell(Event::Note(format!(
            "`{edited}` was edited after it was applied here; what it did to this database is what it said then"
        )));
    }
}

/// Returns what the journal tells last of each revision.
pub(super) fn last(entries: &[JournalEntry]) -> BTreeMap<&str, &JournalEntry> {
    entries.iter().map(|entry| (&*entry.what.revision, entry)).collect()
}

/// Returns the revisions whose run has not ended as far as the journal knows.
pub(super) fn unended(entries: &[JournalEntry]) -> impl Iterator<Item = &JournalEntry> {
    last(entries).into_values().filter(|entry| entry.outcome == Outcome::Started)
}

/// Returns the revisions whose file is another one than when they were applied, given the fingerprint of a file.
fn edited(entries: &[JournalEntry], now: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut last: BTreeMap<&str, &JournalEntry> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.outcome == Outcome::Done) {
        last.insert(&entry.what.revision, entry);
    }
    let is_edited = |(id, entry): &(&str, &JournalEntry)| {
        entry.what.direction == Direction::Upgrade
            && entry.what.checksum.is_some()
            && now(id).is_some_and(|now| entry.what.checksum.as_ref() != Some(&now))
    };
    last.into_iter().filter(is_edited).map(|(id, _)| id.to_owned()).collect()
}

/// Tells whether a database is an SQLite file that the run will create.
pub(super) fn is_missing(target: &Target) -> bool {
    matches!(&target.url, DatabaseUrl::Sqlite(SqliteAddress::File { path, .. }) if !path.exists())
}

/// Returns the rows of a version table without opening the database for writing.
pub(super) fn applied_rows(target: &Target) -> Result<Vec<String>, NotRun> {
    if is_missing(target) {
        return Ok(Vec::new());
    }
    let rows =
        Database::connect(&target.url).and_then(|mut database| database.applied(&target.version_table));
    let failed = |error| RunFailure::new(RunFailureKind::Environment, with_causes(&error));
    Ok(rows.map_err(failed)?.unwrap_or_default())
}

/// Returns the schema that a database has.
pub(super) fn schema_of(target: &Target) -> Result<Schema, NotRun> {
    Ok(base_of(target)?.schema.unwrap_or_else(|| Schema::new(target.url.dialect())))
}

/// Returns what a database has, and which tables have rows.
pub(super) fn base_of(target: &Target) -> Result<Base, NotRun> {
    if is_missing(target) {
        let schema = Some(Schema::new(target.url.dialect()));
        return Ok(Base { schema, with_rows: Some(BTreeSet::new()), attempted: false });
    }
    let read = Database::connect(&target.url).and_then(|mut database| {
        let schema = database.inspect(&inspected(target), &read_sqlite)?.schema;
        let with_rows = database.tables_with_rows(&schema)?;
        Ok(Base { schema: Some(schema), with_rows: Some(with_rows), attempted: false })
    });
    read.map_err(|error| RunFailure::new(RunFailureKind::Environment, with_causes(&error)).into())
}

pub(super) fn inspected(target: &Target) -> InspectOptions {
    InspectOptions { version_table: Some(target.version_table.clone()), ..InspectOptions::default() }
}
