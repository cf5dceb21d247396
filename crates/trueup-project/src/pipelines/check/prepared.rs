//! A project as far as running its revisions needs it: the graph, and a replay of any of them on any schema.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use trueup_alembic::replay::{Replay, ReplayOptions, ReplayedRevision, RevisionSource, Way, replay, run_on};
use trueup_alembic::{Live, Sources, Start};
use trueup_schema::naming::Convention;
use trueup_schema::revision::RevisionGraph;
use trueup_schema::{Dialect, ObjectName, Schema};

use super::{CheckRequest, Checking, Group};
use crate::config::Configuration;
use crate::pipelines::history::stops;
use crate::sources::ProjectSources;

/// A project whose revisions are about to be run.
pub(in crate::pipelines) struct Prepared<'a> {
    checking: Checking<'a>,
    /// The graph of its revisions; sound.
    pub(in crate::pipelines) graph: RevisionGraph,
    sources: Rc<ProjectSources>,
    python: OnceCell<Python>,
    environment: Vec<(String, String)>,
}

/// What revisions need of the project's other Python.
#[derive(Default)]
struct Python {
    convention: Convention,
    start: Start,
}

/// A revision folder with a defect at which Alembic would stop.
pub(in crate::pipelines) struct Broken;

impl<'a> Prepared<'a> {
    /// Reads the revisions of a project, which run in this environment; what they need of its other Python is read when a
    /// revision is.
    pub(in crate::pipelines) fn read(
        configuration: &'a Configuration,
        request: &'a CheckRequest,
        environment: &[(String, String)],
    ) -> Result<Self, Broken> {
        let mut checking = Checking::new(configuration, request, vec![Group::Replay]);
        let sources = Rc::new(ProjectSources::new(configuration));
        checking.settle_headers(&sources);
        let graph = checking.build_graph();
        if stops(&graph) {
            return Err(Broken);
        }
        Ok(Self { checking, graph, sources, python: OnceCell::new(), environment: environment.to_vec() })
    }

    fn python(&self) -> &Python {
        self.python.get_or_init(|| {
            if !self.checking.may_matter_to_replay() {
                return Python::default();
            }
            let Checking { configuration, request, .. } = self.checking;
            let mut checking = Checking::new(configuration, request, vec![Group::Replay]);
            let reading = checking.read_python(&self.sources);
            Python { start: reading.start(), convention: reading.convention }
        })
    }

    /// Returns what env.py itself does before the first revision.
    pub(in crate::pipelines) fn start(&self) -> &Start {
        &self.python().start
    }

    /// Returns the dialect that everything is read for.
    pub(in crate::pipelines) fn dialect(&self) -> Dialect {
        self.checking.dialect
    }

    /// Returns the templates of the naming convention.
    pub(in crate::pipelines) fn naming_convention(&self) -> BTreeMap<String, String> {
        let templates = self.python().convention.templates();
        templates.map(|(key, template)| (key.to_owned(), template.to_owned())).collect()
    }

    /// Returns the text of a revision's file.
    pub(in crate::pipelines) fn text(&self, revision: usize) -> &Arc<str> {
        &self.checking.revisions[revision].text
    }

    /// Replays revisions in the given order, each in the given direction, and keeps what they would send.
    ///
    /// `base` is the schema before the first one; `live` are its tables that have rows, where a
    /// real database has it.
    pub(in crate::pipelines) fn replay(
        &self,
        revisions: &[usize],
        base: Option<Schema>,
        way: Way,
        live: Option<BTreeSet<ObjectName>>,
    ) -> Replay {
        let sources: Vec<RevisionSource> = revisions.iter().map(|revision| self.source(*revision)).collect();
        replay(&self.sources(), &sources, &self.options(base, way, live))
    }

    /// Evaluates a revision while a real database answers its queries.
    pub(in crate::pipelines) fn run_on(
        &self,
        revision: usize,
        base: Schema,
        way: Way,
        with_rows: BTreeSet<ObjectName>,
        live: Rc<dyn Live>,
    ) -> ReplayedRevision {
        let options = self.options(Some(base), way, Some(with_rows));
        run_on(&self.sources(), &self.source(revision), &options, live)
    }

    fn sources(&self) -> Rc<dyn Sources> {
        self.sources.clone()
    }

    fn source(&self, revision: usize) -> RevisionSource {
        RevisionSource {
            id: self.graph.id(revision).to_owned(),
            path: Rc::from(&*self.graph.revisions()[revision].path),
            text: Rc::from(&**self.text(revision)),
        }
    }

    fn options(&self, base: Option<Schema>, way: Way, live: Option<BTreeSet<ObjectName>>) -> ReplayOptions {
        let Python { convention, start } = self.python();
        ReplayOptions {
            convention: convention.clone(),
            start: start.clone(),
            base,
            live,
            way,
            scripts: true,
            main_options: self.checking.main_options(),
            env: self.checking.env_source(),
            environment: Some(self.environment.clone()),
            ..ReplayOptions::new(self.checking.dialect)
        }
    }
}
