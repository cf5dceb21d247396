//! Models and what they are compared with, for whoever writes a revision of the difference.

use std::collections::BTreeSet;
use std::rc::Rc;

use trueup_alembic::replay::{Replay, ReplayOptions, RevisionSource, Way, replay};
use trueup_alembic::write::Style;
use trueup_alembic::{EnvReading, ProjectReading, Sources, Start};
use trueup_schema::diff::Difference;
use trueup_schema::{ObjectName, Schema};

use super::{CheckRequest, Checking, Engine, Group, broken};
use crate::config::Configuration;
use crate::pipelines::history::History;
use crate::pipelines::target::{self, DatabaseRequest};
use crate::report::Failure;
use crate::sources::ProjectSources;

/// What models are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// What the revisions build.
    #[default]
    Revisions,
    /// The database.
    Database,
}

/// A project whose models are about to become a revision.
pub(in crate::pipelines) struct Compared<'a> {
    checking: Checking<'a>,
    reading: ProjectReading,
    sources: Rc<ProjectSources>,
    partial: Vec<ObjectName>,
    /// What the models declare.
    pub(in crate::pipelines) models: Schema,
    /// What is there before the revision.
    pub(in crate::pipelines) before: Schema,
    /// What the reader must know about the comparison.
    pub(in crate::pipelines) warnings: Vec<(String, String)>,
}

impl<'a> Compared<'a> {
    /// Reads the models, and replays the revisions or looks at the database.
    ///
    /// # Errors
    /// When there are no models, when what the revisions build is not known, or when the database cannot be read or is
    /// not at the heads.
    pub(in crate::pipelines) fn read(
        configuration: &'a Configuration,
        history: &History,
        request: &'a CheckRequest,
        against: Against,
    ) -> Result<Self, Failure> {
        let mut checking = Checking::new(configuration, request, vec![Group::Drift]);
        let sources = Rc::new(ProjectSources::new(configuration));
        checking.settle_headers(&sources);
        let graph = checking.build_graph();
        let (mut reading, replayed) = checking.read_and_replay(&sources, &graph);
        let replayed = checking.ask_python(&sources, &graph, &mut reading, replayed);
        checking.sum_up(&replayed);
        let env = reading.env.as_ref();
        if let Some(name) = env.and_then(EnvReading::version_table) {
            checking.version_table = name;
        }
        checking.incomplete_models(&reading);
        let unread = checking.unread_models(&reading);
        let partial: Vec<ObjectName> =
            replayed.partial_tables.iter().chain(replayed.assumed_tables()).chain(&unread).cloned().collect();
        let Some(models) = reading.models.clone().filter(|models| !models.tables.is_empty()) else {
            return Err(no_models(&reading));
        };
        let mut warnings = warnings(&reading, request, &unread);
        let before = match against {
            Against::Revisions => {
                if !broken::is_in_order(&graph, &replayed) {
                    return Err(failure(
                        "what the revisions build is not known: the graph of revisions is broken",
                        "`trueup check --only graph,replay` tells where",
                    ));
                }
                warnings.extend(unproven(&replayed));
                replayed.schema.clone()
            }
            Against::Database => checking.database_at_heads(history, &reading)?,
        };
        Ok(Self { checking, reading, sources, partial, models, before, warnings })
    }

    /// Returns how the models differ from a schema, as `check` compares them.
    pub(in crate::pipelines) fn differences(&self, actual: &Schema) -> Vec<Difference> {
        self.checking.model_differences(&self.reading, &self.models, actual, &self.partial)
    }

    /// Returns how the project writes its revisions.
    pub(in crate::pipelines) fn style(&self) -> Style {
        let env = self.reading.env.as_ref();
        Style {
            convention: self.reading.convention.clone(),
            batch: env.and_then(|env| env.flag("render_as_batch")) == Some(true),
        }
    }

    /// Tells whether a table is the one in which Alembic keeps the revisions.
    pub(in crate::pipelines) fn version_table(&self) -> ObjectName {
        ObjectName::new(self.checking.version_table.clone())
    }

    /// Runs the text of a revision on a schema in memory.
    pub(in crate::pipelines) fn replay(&self, path: &str, text: &str, base: Schema, way: Way) -> Replay {
        // What env.py does before the first revision has been done.
        let start = Start { operations: Vec::new(), ..self.reading.start() };
        let source =
            RevisionSource { id: "generated".to_owned(), path: Rc::from(path), text: Rc::from(text) };
        let options = ReplayOptions {
            convention: self.reading.convention.clone(),
            start,
            base: Some(base),
            live: Some(BTreeSet::new()),
            way,
            main_options: self.checking.main_options(),
            env: self.checking.env_source(),
            ..ReplayOptions::new(self.checking.dialect)
        };
        replay(&(self.sources.clone() as Rc<dyn Sources>), &[source], &options)
    }
}

impl Checking<'_> {
    /// Returns what a database has, which must be where the revisions end.
    fn database_at_heads(&mut self, history: &History, reading: &ProjectReading) -> Result<Schema, Failure> {
        let request = DatabaseRequest {
            database: self.request.database.clone(),
            fallback: self.request.fallback_database.clone(),
            environment: self.request.environment.clone(),
        };
        let nothing = EnvReading::default();
        let env = reading.env.as_ref().unwrap_or(&nothing);
        let address = target::address(self.configuration, &request, env).cloned();
        let Some(inspection) = address.and_then(|address| self.inspect_at(address)) else {
            return Err(self.failure.take().unwrap_or_else(|| {
                failure("it is not known which database is meant", "name it with `--database URL`")
            }));
        };
        let graph = &history.graph;
        let mut heads = graph.ids(graph.real_heads());
        let mut applied = inspection.revisions.clone().unwrap_or_default();
        heads.sort();
        applied.sort();
        if heads == applied {
            return Ok(inspection.schema);
        }
        let shown = |ids: &[String]| {
            if ids.is_empty() { "no revision".to_owned() } else { format!("`{}`", ids.join("`, `")) }
        };
        let hint = format!(
            "it is at {}, the revisions end at {}: `trueup upgrade heads` brings it there",
            shown(&applied),
            shown(&heads)
        );
        Err(failure("Target database is not up to date.", &hint))
    }
}

fn failure(message: &str, hint: &str) -> Failure {
    Failure { message: message.to_owned(), hint: Some(hint.to_owned()) }
}

fn no_models(reading: &ProjectReading) -> Failure {
    let env = reading.env.as_ref();
    let hint = "env.py must set `target_metadata` to the `MetaData` of the models";
    match env.and_then(|env| env.unknown.clone()) {
        Some(reason) => failure(&format!("the models are not known: {reason}"), hint),
        None if env.is_some_and(|env| env.target_is_none) => {
            failure("`target_metadata` of env.py is None: there are no models to compare", hint)
        }
        None => failure("no models were found", hint),
    }
}

fn warnings(
    reading: &ProjectReading,
    request: &CheckRequest,
    unread: &[ObjectName],
) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let has = |option: &str| reading.env.as_ref().is_some_and(|env| env.options.contains_key(option));
    if has("process_revision_directives") {
        found.push((
            "env.py has `process_revision_directives`, which is not run: what it would change is not changed"
                .to_owned(),
            "`alembic revision --autogenerate` runs it".to_owned(),
        ));
    }
    if request.engine == Engine::Native && !unread.is_empty() {
        let names: Vec<String> = unread.iter().map(|name| format!("`{name}`")).collect();
        found.push((
            format!("the models of {} cannot be read, and are not compared", names.join(", ")),
            "`trueup check --only models` tells why".to_owned(),
        ));
    }
    found
}

fn unproven(replayed: &Replay) -> Option<(String, String)> {
    let open: Vec<String> = replayed
        .revisions
        .iter()
        .filter(|revision| !revision.verdict.is_proved())
        .map(|revision| format!("`{}`", revision.id))
        .collect();
    let tables: Vec<String> = replayed.partial_tables.iter().map(|name| format!("`{name}`")).collect();
    if open.is_empty() {
        return None;
    }
    let compared = if tables.is_empty() {
        "what they do beside that is not compared".to_owned()
    } else {
        format!("not compared: {}", tables.join(", "))
    };
    Some((
        format!("not everything that {} does is known; {compared}", open.join(", ")),
        "`trueup check --only replay` tells why; `--against database` compares with a database".to_owned(),
    ))
}
