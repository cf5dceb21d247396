//! What the revisions of a project build, without any judgement.
//!
//! For whoever compares that with something else than models and a database, such as a dump of a real server.

use std::rc::Rc;

use trueup_alembic::Sources;
use trueup_alembic::replay::{Replay, ReplayOptions, RevisionSource, replay};
use trueup_schema::revision::RevisionGraph;
use trueup_schema::{Dialect, Schema};

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
}

/// Reads and replays the revisions of a project, on an empty database or on a schema that was there before.
pub fn build(configuration: &Configuration, request: &CheckRequest, base: Option<Schema>) -> Built {
    let mut checking = Checking::new(configuration, request, GROUPS.to_vec());
    let sources = Rc::new(ProjectSources::new(configuration));
    checking.settle_headers(&sources);
    let graph = checking.build_graph();
    let reading = checking.read_python(&sources);
    let Some(base) = base else {
        let replay = checking.replay(&sources, &graph, reading.convention.clone());
        return Built { dialect: checking.dialect, graph, replay };
    };
    let source = |index: &usize| RevisionSource {
        id: graph.id(*index).to_owned(),
        path: Rc::from(&*graph.revisions()[*index].path),
        text: Rc::from(&*checking.revisions[*index].text),
    };
    let revisions: Vec<RevisionSource> = graph.order().iter().map(source).collect();
    let options = ReplayOptions {
        convention: reading.convention.clone(),
        base: Some(base),
        ..ReplayOptions::new(checking.dialect)
    };
    let sources: Rc<dyn Sources> = sources;
    let replay = replay(&sources, &revisions, &options);
    Built { dialect: checking.dialect, graph, replay }
}
