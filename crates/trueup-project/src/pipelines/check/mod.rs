//! `check`: reads a project in all its parts and reports everything that is not true.
//!
//! The parts follow the flow of the data: headers and graph, the project's Python, the replay of the revisions, the
//! comparison of models, revisions and database. A part that nobody asked for is not computed.

use std::time::Instant;

use trueup_lint::{Group, Report as Findings, Selection, engine};
use trueup_schema::Dialect;
use trueup_schema::revision::RevisionGraph;

use crate::config::Configuration;
use crate::report::{Report, Summary, Texts};
use crate::{files, headers};

mod dialect;
mod graph;
mod selection;

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
    /// `-x` arguments for env.py.
    pub x_arguments: Vec<String>,
    /// The environment, for addresses such as `$DATABASE_URL` and for libpq's variables.
    pub environment: Vec<(String, String)>,
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
    checking.graph();
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
}

impl<'a> Checking<'a> {
    fn new(configuration: &'a Configuration, request: &'a CheckRequest, wanted: Vec<Group>) -> Self {
        let revisions = headers::read_all(
            &configuration.root,
            &configuration.version_locations,
            configuration.recursive_version_locations,
        );
        let mut texts = Texts::default();
        for file in &revisions {
            texts.insert(file.revision.path.clone(), file.text.clone());
        }
        let (dialect, note) = dialect::choose(configuration, request, &revisions);
        let config = configuration.file.as_ref().map(|file| files::relative(&configuration.root, file).to_string());
        let mut summary = Summary { config, dialect: Some(dialect.name()), revisions: revisions.len(), ..Summary::default() };
        summary.notes.extend(note);
        summary.notes.extend(configuration.notes.iter().map(|(path, line, text)| {
            let path = files::relative(&configuration.root, path);
            line.map_or_else(|| format!("{path}: {text}"), |line| format!("{path}:{line}: {text}"))
        }));
        Self { configuration, request, wanted, dialect, revisions, findings: Findings::new(), texts, summary }
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
        Report { command: "check", project: self.summary, diagnostics, texts: self.texts, failure: None }
    }
}
