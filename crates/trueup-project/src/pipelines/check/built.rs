//! What the revisions of a project build, without any judgement.
//!
//! For whoever compares that with something else than models and a database, such as a dump of a real server.

use std::rc::Rc;

use trueup_alembic::replay::Replay;
use trueup_alembic::{ProjectReading, Sources, Start};
use trueup_schema::facts::IncompleteFacts;
use trueup_schema::revision::RevisionGraph;
use trueup_schema::{Dialect, Location, ObjectName, Schema};

use super::replay::ReplayJob;
use super::{CheckRequest, Checking, GROUPS, Group};
use crate::config::Configuration;
use crate::sources::ProjectSources;

/// The graph of a project and what replaying it gives.
pub struct Built {
    /// The dialect that everything was read for.
    pub dialect: Dialect,
    /// The graph.
    pub graph: RevisionGraph,
    /// The replay of all revisions in the order of the graph.
    pub replay: Replay,
    /// What the models declare, where there are any.
    pub models: Option<Schema>,
    /// What env.py does before the first revision.
    pub start: Start,
    /// Parts of the models that could not be read or that a server would refuse.
    pub model_problems: Vec<String>,
}

/// Reads and replays the revisions of a project, on an empty database or on a schema that was there before.
pub fn build(configuration: &Configuration, request: &CheckRequest, base: Option<Schema>) -> Built {
    let mut checking = Checking::new(configuration, request, GROUPS.to_vec());
    let sources = Rc::new(ProjectSources::new(configuration));
    checking.settle_headers(&sources);
    let graph = checking.build_graph();
    let job = ReplayJob::new(&checking, &graph).on(base).and_back();
    let reading = checking.read_python(&sources);
    let start = reading.start();
    let replay = job.run(&(sources as Rc<dyn Sources>), &reading.convention, &start);
    // A class that raises has no table that a problem could be told of, so what was noted counts, too.
    let notes = reading.notes.into_iter().filter(|note| !note.missing_module).map(|note| note.message);
    let problems = reading.problems.into_iter().map(|problem| problem.message);
    let model_problems = problems.chain(notes).collect();
    let version_table = reading.env.as_ref().and_then(trueup_alembic::EnvReading::version_table);
    let version_table = ObjectName::new(version_table.as_deref().unwrap_or(&checking.version_table));
    let mut models = reading.models;
    if let Some(models) = &mut models {
        models.tables.shift_remove(&version_table);
    }
    Built { dialect: checking.dialect, graph, replay, models, start, model_problems }
}

/// What the models of a project declare, and what of that is not known.
pub(in crate::pipelines) struct Declared {
    /// The models and the project's filters.
    pub(in crate::pipelines) reading: ProjectReading,
    /// Models with a base class that is not known.
    pub(in crate::pipelines) incomplete: Vec<IncompleteFacts>,
    /// Definitions that could not be evaluated, each with its place.
    pub(in crate::pipelines) unread: Vec<(String, Location)>,
    /// The tables that those would have made.
    pub(in crate::pipelines) unread_tables: Vec<ObjectName>,
    /// The version table that env.py names, or Alembic's.
    pub(in crate::pipelines) version_table: String,
}

/// Reads the models of a project; its revisions are not replayed.
pub(in crate::pipelines) fn declared(configuration: &Configuration, request: &CheckRequest) -> Declared {
    let mut checking = Checking::new(configuration, request, vec![Group::Models]);
    let sources = Rc::new(ProjectSources::new(configuration));
    let mut reading = checking.read_python(&sources);
    let unread_tables = checking.unread_models(&reading);
    let told =
        std::mem::take(&mut checking.findings).finish(&trueup_lint::Selection::default(), &checking.texts);
    let unread = told
        .into_iter()
        .filter(|found| found.rule == "unreadable-model")
        .filter_map(|found| Some((found.message, found.location?)))
        .collect();
    let version_table = reading.env.as_ref().and_then(trueup_alembic::EnvReading::version_table);
    let version_table = version_table.unwrap_or(checking.version_table);
    if let Some(models) = &mut reading.models {
        models.tables.shift_remove(&ObjectName::new(version_table.as_str()));
    }
    let incomplete = reading.facts.incomplete.clone();
    Declared { reading, incomplete, unread, unread_tables, version_table }
}
