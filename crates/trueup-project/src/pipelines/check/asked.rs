//! What the project's own Python is asked, when the user wants it: revisions that the text does not prove, and models.

use std::collections::BTreeMap;
use std::rc::Rc;

use trueup_alembic::replay::Replay;
use trueup_alembic::{ProjectReading, Sources};
use trueup_schema::Schema;
use trueup_schema::revision::RevisionGraph;

use super::replay::ReplayJob;
use super::{Checking, Engine};
use crate::python::{self, Recorded};
use crate::sources::ProjectSources;

/// Revisions named in a note.
const LISTED: usize = 3;

impl Checking<'_> {
    /// Fills the gaps that the text leaves, as far as the user allowed it; returns the replay with them filled.
    pub(super) fn ask_python(
        &mut self,
        sources: &Rc<ProjectSources>,
        graph: &RevisionGraph,
        reading: &mut ProjectReading,
        replayed: Replay,
    ) -> Replay {
        let revisions: Vec<String> = match self.request.engine {
            Engine::Native => Vec::new(),
            Engine::Auto => {
                let open = replayed.revisions.iter().filter(|revision| !revision.verdict.is_proved());
                open.map(|revision| revision.id.clone()).collect()
            }
            Engine::Alembic => replayed.revisions.iter().map(|revision| revision.id.clone()).collect(),
        };
        if revisions.is_empty() && !self.request.imports_models {
            return replayed;
        }
        let configuration = self.configuration;
        let python = self.request.python.clone();
        let python =
            python.unwrap_or_else(|| python::interpreter(&configuration.root, &self.request.environment));
        let request = python::Request {
            config: configuration.file.clone(),
            section: configuration.section.clone(),
            script_location: configuration.script_location.clone(),
            version_locations: configuration.version_locations.clone(),
            dialect: self.dialect.name(),
            naming_convention: reading
                .convention
                .templates()
                .map(|(key, template)| (key.to_owned(), template.to_owned()))
                .collect(),
            revisions,
            models: self.request.imports_models,
        };
        let answer = match python::ask(&python, &configuration.root, &request) {
            Ok(answer) => answer,
            Err(problem) => {
                self.summary.notes.push(format!("the project's own Python did not help: {problem}"));
                return replayed;
            }
        };
        match answer.models {
            Some(Recorded::Statements(statements)) => self.take_models(reading, &statements),
            Some(Recorded::Error(error)) => {
                self.summary.notes.push(format!("the models could not be imported: {error}"));
            }
            None => {}
        }
        self.take_revisions(sources, graph, reading, replayed, answer.revisions)
    }

    fn take_models(&mut self, reading: &mut ProjectReading, statements: &[String]) {
        let mut schema = Schema::new(self.dialect);
        for statement in statements {
            let result = trueup_sql::read(self.dialect, statement, &trueup_sql::ReadContext::default());
            if let Some(error) = result.errors.first() {
                let begin: String = statement.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
                self.summary
                    .notes
                    .push(format!("`{begin} …` of the models is not understood: {}", error.message));
            }
            for operation in result.operations() {
                if let Err(error) = operation.apply(&mut schema) {
                    self.summary
                        .notes
                        .push(format!("a server would refuse what the models declare: {error}"));
                }
            }
        }
        reading.models = Some(schema);
        reading.problems.clear();
        self.summary.notes.push("models as the project's own SQLAlchemy declares them".to_owned());
    }

    fn take_revisions(
        &mut self,
        sources: &Rc<ProjectSources>,
        graph: &RevisionGraph,
        reading: &ProjectReading,
        replayed: Replay,
        answers: BTreeMap<String, Recorded>,
    ) -> Replay {
        let mut recorded = BTreeMap::new();
        let mut failed = Vec::new();
        for (id, answer) in answers {
            match answer {
                Recorded::Statements(statements) => {
                    recorded.insert(id, statements);
                }
                Recorded::Error(error) => failed.push(format!("`{id}` offline: {error}")),
            }
        }
        let more = failed.len().saturating_sub(LISTED);
        let shown = failed.iter().take(LISTED);
        self.summary.notes.extend(shown.map(|what| format!("the project's own Alembic cannot run {what}")));
        if more > 0 {
            self.summary.notes.push(format!("nor can it run {more} other revisions offline"));
        }
        if recorded.is_empty() {
            return replayed;
        }
        let names: Vec<String> = recorded.keys().map(|id| format!("`{id}`")).collect();
        let listed =
            if names.len() > LISTED { format!("{} revisions", names.len()) } else { names.join(", ") };
        self.summary.notes.push(format!("{listed} as the project's own Alembic runs them offline"));
        let job = ReplayJob::new(self, graph).with_recorded(recorded);
        job.run(&(sources.clone() as Rc<dyn Sources>), &reading.convention, &reading.start())
    }
}
