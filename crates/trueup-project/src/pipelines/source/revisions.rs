//! The source `revisions[@REV]`.

use std::collections::BTreeSet;

use trueup_alembic::replay::Way;
use trueup_schema::revision::End;

use super::{Source, SourceRequest};
use crate::config::Configuration;
use crate::pipelines::check::CheckRequest;
use crate::pipelines::check::prepared::Prepared;
use crate::pipelines::history::History;
use crate::pipelines::run::{NotRun, RunFailure, RunFailureKind};
use crate::pipelines::target::{dialect_of, read_env, version_table};
use trueup_schema::Dialect;

/// Replays the revisions up to an identifier, or to the heads.
pub(super) fn read(
    configuration: &Configuration,
    request: &SourceRequest,
    identifier: Option<&str>,
    said: Option<Dialect>,
) -> Result<Source, NotRun> {
    let env = read_env(configuration, &request.database.environment);
    let settings = configuration.settings.dialect.as_deref().and_then(Dialect::from_name);
    let dialect = said.or_else(|| dialect_of(configuration, &request.database, &env)).or(settings);
    let asked = CheckRequest { dialect, ..CheckRequest::default() };
    let prepared = Prepared::read(configuration, &asked, &request.database.environment)
        .map_err(|_| NotRun::NoHistory(History::defects(configuration, &asked)))?;
    let graph = &prepared.graph;
    if graph.order().is_empty() {
        let failure = RunFailure::new(RunFailureKind::Request, "the project has no revisions");
        return Err(failure.hint("`models`, `sql:PATH` and `database` are sources, too").into());
    }
    let ends = graph.resolve(identifier.unwrap_or("heads"))?;
    let applied: Vec<usize> = ends.into_iter().filter_map(End::revision).collect();
    let active: BTreeSet<usize> = graph.active(&applied).into_iter().collect();
    let order: Vec<usize> =
        graph.order().iter().copied().filter(|revision| active.contains(revision)).collect();
    let replayed = prepared.replay(&order, None, Way::Up, None);
    if let Some((revision, failed)) =
        replayed.revisions.iter().find_map(|revision| Some((revision, revision.failures.first()?)))
    {
        let message = format!(
            "what the revisions build is not known: `{}` cannot be applied: {}",
            revision.id, failed.message
        );
        let mut failure = RunFailure::new(RunFailureKind::Environment, message);
        failure.location = failed.origin.location();
        return Err(failure
            .hint("`trueup check --only graph,replay` tells all that is wrong with them")
            .into());
    }
    let names: Vec<&str> = applied.iter().map(|revision| graph.id(*revision)).collect();
    let at = if names.is_empty() { "base".to_owned() } else { names.join(", ") };
    let kept = replayed.schema_without_losses(|_| true);
    let mut source = Source::new(format!("the revisions at {at}"), replayed.schema.clone());
    source.kept = kept;
    source.version_table = Some(version_table(&env, prepared.dialect()));
    source.partial.extend(replayed.partial_tables.iter().chain(replayed.assumed_tables()).cloned());
    for revision in &replayed.revisions {
        let Some(first) = revision.unproven.first() else { continue };
        let message = format!("what `{}` does to the schema is not proved: {}", revision.id, first.reason);
        source.not_known(configuration, message, first.origin.location());
    }
    for table in replayed.assumed_tables() {
        let message = format!("no revision creates `{table}`: it is taken to be there before the first one");
        source.not_known(configuration, message, None);
    }
    for table in &replayed.partial_tables {
        source.not_known(
            configuration,
            format!("not all of `{table}` is known, so it is not compared"),
            None,
        );
    }
    Ok(source)
}
