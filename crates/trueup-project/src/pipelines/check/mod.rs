//! `check`: reads a project in all its parts and reports everything that is not true.
//!
//! The parts follow the flow of the data: headers and graph, the project's Python, the replay of the revisions, the
//! comparison of models, revisions and database. A part that nobody asked for is not computed.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use trueup_lint::{Group, Report as Findings, Selection, engine};
use trueup_schema::facts::IncompleteFacts;
use trueup_schema::{Dialect, Schema};

use crate::config::Configuration;
use crate::report::{Failure, Report, Summary, Texts};
use crate::sources::ProjectSources;
use crate::{files, headers};

mod asked;
mod broken;
mod built;
pub(super) mod compared;
pub(super) mod dialect;
pub(super) mod drift;
pub(super) mod graph;
pub(super) mod prepared;
pub(super) mod project;
mod replay;
mod selection;
mod sql_sources;
mod unreadable;

pub(super) use built::declared;
pub use built::{Built, build};
pub(super) use sql_sources::{RUNNERS_TABLES, replay_sql};

/// What the caller of `check` asks for.
#[derive(Clone, Debug, Default)]
pub struct CheckRequest {
    /// Address of the database, from the command line or `TRUEUP_DATABASE_URL`.
    pub database: Option<String>,
    /// Address of the database when the configuration names none (`DATABASE_URL`).
    pub fallback_database: Option<String>,
    /// `--dialect`.
    pub dialect: Option<Dialect>,
    /// Groups to look at; empty is all.
    pub only: Vec<String>,
    /// Rules or groups to report, beside the settings.
    pub select: Vec<String>,
    /// Rules or groups to leave out, beside the settings.
    pub ignore: Vec<String>,
    /// Whose word counts for what is not proved.
    pub engine: Engine,
    /// Whether models are imported by the project's own Python.
    pub imports_models: bool,
    /// The project's Python; else its virtual environment's, else `python3`.
    pub python: Option<PathBuf>,
    /// A snapshot that the database is held to, instead of the revisions.
    pub snapshot: Option<PathBuf>,
    /// The environment, for addresses such as `$DATABASE_URL` and for libpq's variables.
    pub environment: Vec<(String, String)>,
}

/// What tells the effect of revisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// Only the text; nothing of the project runs.
    #[default]
    Native,
    /// The text, and for revisions that it does not prove the project's own Alembic, offline.
    Auto,
    /// The project's own Alembic for every revision.
    Alembic,
}

/// The groups that `check` has parts for.
const GROUPS: [Group; 5] = [Group::Graph, Group::Project, Group::Models, Group::Replay, Group::Drift];

/// Checks a project.
///
/// # Errors
/// When the request or the settings name something that does not exist; everything else is a finding, or
/// [`Report::failure`] beside the findings.
pub fn check(configuration: &Configuration, request: &CheckRequest) -> Result<Report, String> {
    let start = Instant::now();
    let wanted = wanted_groups(&request.only)?;
    let selection = selection::selection(&configuration.settings, request)?;
    let mut checking = Checking::new(configuration, request, wanted);
    checking.run();
    let mut report = checking.finish(&selection);
    report.project.elapsed = start.elapsed();
    Ok(report)
}

/// Returns the groups that `--only` names.
fn wanted_groups(only: &[String]) -> Result<Vec<Group>, String> {
    if only.is_empty() {
        return Ok(GROUPS.to_vec());
    }
    only.iter()
        .map(|word| {
            Group::from_name(word).filter(|group| GROUPS.contains(group)).ok_or_else(|| {
                let known: Vec<_> = GROUPS.iter().map(|group| group.name()).collect();
                format!("`--only {word}` names no part of `check`; there are {}", known.join(", "))
            })
        })
        .collect()
}

/// A check under way: what was read, and what was found.
struct Checking<'a> {
    configuration: &'a Configuration,
    request: &'a CheckRequest,
    wanted: Vec<Group>,
    dialect: Dialect,
    revisions: Vec<headers::RevisionFile>,
    findings: Findings,
    texts: Texts,
    summary: Summary,
    version_table: String,
    incomplete: Vec<IncompleteFacts>,
    failure: Option<Failure>,
}

impl<'a> Checking<'a> {
    fn new(configuration: &'a Configuration, request: &'a CheckRequest, wanted: Vec<Group>) -> Self {
        let said = dialect::said(configuration, request);
        let found = headers::read_all(
            &configuration.root,
            &configuration.version_locations,
            configuration.recursive_version_locations,
            said.unwrap_or(Dialect::Postgresql),
        );
        let revisions = found.files;
        let mut texts = Texts::default();
        for file in &revisions {
            texts.insert(file.revision.path.clone(), file.text.clone());
        }
        let (dialect, note) = said.map_or_else(|| dialect::guess(&revisions), |dialect| (dialect, None));
        let config =
            configuration.file.as_ref().map(|file| files::relative(&configuration.root, file).to_string());
        let mut summary = Summary {
            config,
            dialect: Some(dialect.name()),
            revisions: revisions.len(),
            ..Summary::default()
        };
        summary.notes.extend(note);
        if !found.joined.is_empty() {
            let folders: Vec<_> = found
                .joined
                .iter()
                .map(|folder| files::relative(&configuration.root, folder).to_string())
                .collect();
            summary.notes.push(format!(
                "revisions in folders that the configuration does not name: {}",
                folders.join(", ")
            ));
        }
        Self {
            configuration,
            request,
            wanted,
            dialect,
            revisions,
            findings: Findings::new(),
            texts,
            summary,
            version_table: "alembic_version".to_owned(),
            incomplete: Vec::new(),
            failure: None,
        }
    }

    /// Runs the parts in the order in which they build on each other.
    fn run(&mut self) {
        if self.wanted == [Group::Graph] {
            // Nothing needs to be evaluated: this is what pre-commit hooks and large repositories ask for.
            let graph = self.build_graph();
            self.graph_rules(&graph, &[], None);
            if !self.configuration.settings.sources.sql.is_empty() {
                self.sql_sources(Schema::new(self.dialect));
            }
            return;
        }
        self.setting_problems();
        let sources = Rc::new(ProjectSources::new(self.configuration));
        self.settle_headers(&sources);
        let graph = self.build_graph();
        // What a reference was certainly meant to name is known: the replay goes on as if it were mended.
        let mended = graph.mended();
        let is_text_only = self.request.engine == Engine::Native;
        if self.wanted == [Group::Replay] && is_text_only && !self.may_matter_to_replay() {
            // The replay needs nothing else of the project's Python than what revisions import.
            let replayed = self.replay_alone(&sources, &mended);
            let facts = replay::revision_facts(&mended, &replayed, &self.revisions);
            self.graph_rules(&graph, &facts, None);
            self.replay_rules(&mended, &replayed, &facts, None);
            return;
        }
        let (mut reading, replayed) = self.read_and_replay(&sources, &mended);
        let replayed = self.ask_python(&sources, &mended, &mut reading, replayed);
        self.sum_up(&replayed);
        let env = reading.env.as_ref();
        if let Some(name) = env.and_then(trueup_alembic::EnvReading::version_table) {
            self.version_table = name;
        }
        let facts = replay::revision_facts(&mended, &replayed, &self.revisions);
        let inspection = self.inspect();
        if let Some(file) = &self.request.snapshot {
            self.snapshot_drift(file, inspection.as_ref());
        }
        let applied = inspection.as_ref().and_then(|inspection| inspection.revisions.clone());
        self.graph_rules(&graph, &facts, applied.as_deref());
        let models = reading.models.as_ref().filter(|models| !models.tables.is_empty());
        let has_revisions = !self.revisions.is_empty();
        if !self.configuration.settings.sources.sql.is_empty() {
            let schema = self.sql_sources(replayed.schema.clone());
            if !has_revisions {
                // The folders are the whole truth; models are held to them table by table.
                self.project_rules(&reading, Some(&schema));
                self.models_rules(None, Some(&schema), Some(&schema), None);
                return;
            }
        }
        let revisions = has_revisions.then_some(&replayed.schema);
        self.project_rules(&reading, revisions);
        self.model_problems(&reading);
        self.incomplete_models(&reading);
        let unread = self.unread_models(&reading);
        let in_order = broken::is_in_order(&mended, &replayed);
        let built = revisions.filter(|_| in_order);
        self.models_rules(models, revisions, built, inspection.as_ref().map(|inspection| &inspection.schema));
        self.replay_rules(&mended, &replayed, &facts, models);
        let partial: Vec<_> =
            replayed.partial_tables.iter().chain(replayed.assumed_tables()).cloned().chain(unread).collect();
        if let (Some(models), Some(revisions)) = (models, built) {
            self.model_drift(&reading, models, revisions, &partial);
        }
        if has_revisions && !in_order {
            self.summary.notes.push(broken::note(models.is_some()));
        }
        if self.request.snapshot.is_some() {
            return;
        }
        if let (Some(inspection), Some(applied)) = (&inspection, &applied) {
            let expected = self.schema_at(&mended, &replayed, applied);
            if let Some(expected) = expected {
                self.database_drift(&expected, inspection, &partial);
            }
        } else if inspection.is_some() && has_revisions {
            self.unstamped_database();
        }
    }

    fn wants(&self, group: Group) -> bool {
        self.wanted.contains(&group)
    }

    fn finish(self, selection: &Selection) -> Report {
        let wanted = self.wanted;
        let mut diagnostics = self.findings.finish(selection, &self.texts);
        diagnostics.retain(|diagnostic| {
            trueup_lint::rule(diagnostic.rule).is_none_or(|rule| wanted.contains(&rule.group))
        });
        Report {
            command: "check",
            project: self.summary,
            diagnostics,
            texts: self.texts,
            failure: self.failure,
        }
    }
}
