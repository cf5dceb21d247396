//! What the revisions of a project build, without any judgement.
//!
//! For whoever compares that with something else than models and a database, such as a dump of a real server.

use std::rc::Rc;

use trueup_alembic::replay::Replay;
use trueup_alembic::{Sources, Start};
use trueup_schema::revision::RevisionGraph;
use trueup_schema::{Dialect, ObjectName, Schema};

use super::replay::ReplayJob;
use super::{CheckRequest, Checking, GROUPS};
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
