//! `stamp`: changing the version table alone, and holding the schema to what it then says.

use std::collections::BTreeSet;

use trueup_db::RunError;
use trueup_lint::context::{DriftContext, Side, Source};
use trueup_lint::{Report, Selection};
use trueup_schema::diff::Compare;
use trueup_schema::revision::{RunStep, StampStep, VersionRows};
use trueup_schema::{Dialect, ObjectName, Schema, Severity};

use super::known::schema_of;
use super::offline::{Text, expected_at, offline, starting};
use super::online::{Online, failed_to_open};
use super::{Event, NotRun, Project, RunFailure, RunFailureKind, RunReport, RunRequest, Tell, with_project};
use crate::config::Configuration;
use crate::pipelines::target::Target;
use crate::report::Texts;

/// Differences that a refusal lists.
const LISTED: usize = 6;

/// Records revisions as applied, and runs none.
///
/// `purge` forgets what is recorded first, whatever it is. Unless `is_forced`, the schema must be the one that the
/// revisions build.
///
/// # Errors
/// When an identifier names nothing, the schema is another one, or the database refuses.
pub fn stamp(
    configuration: &Configuration,
    request: &RunRequest,
    identifiers: &[String],
    purge: bool,
    is_forced: bool,
    tell: Tell<'_>,
) -> Result<RunReport, NotRun> {
    with_project(configuration, request, |project, target| {
        let mut online = Online::open(project, target, request, tell)?;
        let result = record(&mut online, identifiers, purge, is_forced);
        online.finish(result)
    })
}

/// Returns the SQL of `stamp`, for `START:END` or a revision.
///
/// # Errors
/// When an identifier names nothing.
pub fn stamp_sql(
    configuration: &Configuration,
    request: &RunRequest,
    identifiers: &[String],
    dialect: Option<Dialect>,
) -> Result<String, NotRun> {
    offline(configuration, request, dialect, |project, table| {
        let graph = &project.prepared.graph;
        let (start, targets) = match identifiers {
            [only] => match only.split_once(':') {
                Some((start, end)) => (start, vec![end.to_owned()]),
                None => ("base", vec![only.clone()]),
            },
            several => ("base", several.to_vec()),
        };
        let applied = starting(graph, start)?;
        let steps = graph.stamp_steps(&targets, &applied)?;
        let mut rows = VersionRows::new(&applied);
        let mut text = Text::new(&project.environment, project.dialect(), table);
        text.is_new = applied.is_empty();
        text.in_one(|text| {
            for step in &steps {
                text.in_each(|text| {
                    if std::mem::take(&mut text.is_new) {
                        text.version_table();
                    }
                    let movement = graph.movement(RunStep::Stamp(step));
                    text.comment(&format!("Running stamp_revision {movement}"));
                    for change in &rows.stamped(graph, step) {
                        text.change(change);
                    }
                });
            }
        });
        Ok(text.finish())
    })
}

fn record(
    online: &mut Online<'_, '_>,
    identifiers: &[String],
    purge: bool,
    is_forced: bool,
) -> Result<(), NotRun> {
    let graph = &online.project.prepared.graph;
    let before = online.report.before.clone();
    let applied = if purge { Vec::new() } else { graph.applied(&before)? };
    let steps = graph.stamp_steps(identifiers, &applied)?;
    let mut rows = VersionRows::new(&applied);
    let changes: Vec<_> = steps.iter().map(|step| rows.stamped(graph, step)).collect();
    let after: Vec<usize> = rows.revisions().collect();
    if !is_forced {
        verify(online.project, online.target, &after)?;
    }
    online.runner.borrow_mut().begin(&mut |_| {}).map_err(failed_to_open)?;
    let written = write(online, &steps, changes, purge.then_some(&before[..]));
    written.map_err(failed_to_open)
}

fn write(
    online: &mut Online<'_, '_>,
    steps: &[StampStep],
    changes: Vec<Vec<trueup_schema::revision::VersionChange>>,
    purged: Option<&[String]>,
) -> Result<(), RunError> {
    use trueup_schema::revision::VersionChange;

    online.runner.borrow_mut().ensure_version_table()?;
    for row in purged.unwrap_or_default() {
        online.runner.borrow_mut().delete_version(row)?;
    }
    let graph = &online.project.prepared.graph;
    for (step, changes) in steps.iter().zip(changes) {
        (online.tell)(Event::Stamped(&graph.movement(RunStep::Stamp(step))));
        for change in changes {
            match change {
                VersionChange::Insert(id) => online.runner.borrow_mut().insert_version(&id)?,
                VersionChange::Delete(id) => online.runner.borrow_mut().delete_version(&id)?,
                VersionChange::Update { from, to } => {
                    online.runner.borrow_mut().update_version(&from, &to)?;
                }
            }
        }
    }
    online.runner.borrow_mut().commit().map(|_| ())
}

/// Refuses unless the database has the schema that the revisions build.
fn verify(project: &Project<'_>, target: &Target, after: &[usize]) -> Result<(), NotRun> {
    let expected = expected_at(project, after);
    let actual = schema_of(target)?;
    let options = Compare {
        ignore: ignored(project.configuration, target, &expected.schema, &actual),
        ..Compare::default()
    };
    let differences = expected.differences(&actual, &options);
    let context = DriftContext {
        expected: Side { source: Source::Revisions, schema: &expected.schema },
        actual: Side { source: Source::Database, schema: &actual },
        differences: &differences,
    };
    let mut findings = Report::new();
    trueup_lint::engine::check_drift(&context, &mut findings);
    let mut wrong = findings.finish(&Selection::default(), &Texts::default());
    wrong.retain(|finding| finding.severity >= Severity::Warning);
    if wrong.is_empty() {
        return Ok(());
    }
    let id = |revision: &usize| format!("`{}`", project.prepared.graph.id(*revision));
    let at = match after {
        [] => "no revision builds".to_owned(),
        after => format!("{} builds", after.iter().map(id).collect::<Vec<_>>().join(" and ")),
    };
    let message = format!("{} does not have the schema that {at}", target.url);
    let mut failure = RunFailure::new(RunFailureKind::Refused, message)
        .hint("`trueup check --database URL` shows every difference; `--force` stamps all the same");
    failure.facts.extend(wrong.iter().take(LISTED).map(|finding| finding.message.clone()));
    if wrong.len() > LISTED {
        failure.facts.push(format!("and {} more", wrong.len() - LISTED));
    }
    Err(failure.into())
}

/// Returns the tables that are nobody's business here: the version table, and those that others own.
fn ignored(
    configuration: &Configuration,
    target: &Target,
    expected: &Schema,
    actual: &Schema,
) -> Vec<ObjectName> {
    let mut ignored = BTreeSet::from([target.version_table.clone()]);
    let patterns = &configuration.settings.external_tables;
    let names = expected.tables.keys().chain(actual.tables.keys());
    let is_external = |name: &&ObjectName| {
        patterns.iter().any(|pattern| trueup_lint::glob::matches(pattern, &name.to_string()))
    };
    ignored.extend(names.filter(is_external).cloned());
    ignored.into_iter().collect()
}
