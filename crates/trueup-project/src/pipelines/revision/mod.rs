//! `revision` and `merge`: a new revision file, as the project's own template makes it.
//!
//! Everything that can be wrong is looked at before anything is written: where the revision goes in the graph, its id
//! and label, its file, and whether the text that the template makes is the revision that was asked for. Facts are those
//! of Alembic 1.20 (`ScriptDirectory.generate_revision`).

mod autogenerate;
mod date;
mod file_name;
mod hooks;
mod identity;
mod place;
mod text;

pub(in crate::pipelines) use autogenerate::{Direction, parts};

use std::path::PathBuf;

use trueup_schema::revision::IdentifierError;
use trueup_schema::{Dialect, Operation};

pub use autogenerate::{Answers, Autogenerate};
pub use hooks::HookRun;

pub use super::check::compared::Against;

use super::history::History;
use super::writing::{self, Event, Tell};
use crate::config::Configuration;
use crate::report::Failure;

/// What a new revision follows.
#[derive(Clone, Debug)]
pub enum Follows {
    /// One head, or `heads` or `base`: `revision --head`.
    Head(String),
    /// Several revisions, which it brings together: `merge`.
    Merge(Vec<String>),
}

/// What is asked of `revision` and `merge`.
#[derive(Clone, Debug)]
pub struct RevisionRequest {
    /// What it follows.
    pub follows: Follows,
    /// `-m`.
    pub message: Option<String>,
    /// `--splice`: what it follows may be followed by others.
    pub splice: bool,
    /// `--branch-label`.
    pub branch_label: Option<String>,
    /// `--version-path`.
    pub version_path: Option<PathBuf>,
    /// `--rev-id`.
    pub rev_id: Option<String>,
    /// `--depends-on`.
    pub depends_on: Vec<String>,
    /// The folder that relative paths and hooks start from.
    pub directory: PathBuf,
    /// The environment, for the project's interpreter.
    pub environment: Vec<(String, String)>,
    /// The dialect that was asked for, where headers are computed.
    pub dialect: Option<Dialect>,
    /// Whether what hooks print goes to standard error.
    pub keeps_output_clean: bool,
    /// `--autogenerate`: it leads to the models.
    pub autogenerate: Option<Autogenerate>,
}

/// A revision that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its id.
    pub id: String,
    /// Its file.
    pub path: PathBuf,
    /// `down_revision`.
    pub down_revisions: Vec<String>,
    /// `branch_labels`.
    pub branch_labels: Vec<String>,
    /// `depends_on`.
    pub depends_on: Vec<String>,
    /// Folders that were made for it.
    pub directories: Vec<PathBuf>,
    /// What was run on it.
    pub hooks: Vec<HookRun>,
    /// What it does, where it was generated.
    pub operations: Vec<Operation>,
    /// The dialect that its operations are for.
    pub dialect: Option<Dialect>,
}

/// Why no revision was written.
#[derive(Debug)]
pub enum RevisionError {
    /// An identifier leads nowhere, or to several revisions.
    Identifier(IdentifierError),
    /// Anything else.
    Refused(Failure),
}

impl From<IdentifierError> for RevisionError {
    fn from(error: IdentifierError) -> Self {
        Self::Identifier(error)
    }
}

impl From<Failure> for RevisionError {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure)
    }
}

/// A refusal with what to do next.
fn refused(message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure { message: message.into(), hint: Some(hint.into()) }
}

/// Writes a new revision; nothing where it was to be generated and there is nothing to do.
///
/// # Errors
/// When it does not fit into the graph, when the template cannot be evaluated, or when the file cannot be written; then
/// nothing is written. A hook that cannot be started is an error too, but leaves the file.
pub fn write(
    configuration: &Configuration,
    history: &History,
    request: &RevisionRequest,
    tell: &mut Tell<'_>,
) -> Result<Option<Written>, RevisionError> {
    let encoding = configuration.option("output_encoding").unwrap_or("utf-8");
    if !matches!(encoding.to_lowercase().replace('_', "-").as_str(), "utf-8" | "utf8") {
        return Err(refused(
            format!("`output_encoding` is `{encoding}`, and trueup writes UTF-8 only"),
            "set it to `utf-8`, which is what Python reads",
        )
        .into());
    }
    let id = identity::id(&history.graph, request.rev_id.as_deref(), tell)?;
    let down = identity::down(&history.graph, request)?;
    identity::label(&history.graph, &id, request.branch_label.as_deref())?;
    let depends_on = identity::depends_on(&history.graph, &request.depends_on)?;
    let moment = date::now(configuration.option("timezone"))?;
    let location = place::location(configuration, history, request, &down)?;
    let name = file_name::file_name(configuration, &id, request.message.as_deref(), &moment)?;
    let path = place::file(configuration, &location, &name)?;
    let hooks = hooks::prepare(configuration, &path)?;
    let generated = match &request.autogenerate {
        None => None,
        Some(wanted) => match autogenerate::generate(configuration, history, wanted, tell)? {
            None => return Ok(None),
            found => found,
        },
    };
    let operations = generated.as_ref().map(|generated| generated.operations.clone()).unwrap_or_default();
    let written = Written {
        id,
        path,
        down_revisions: history.graph.ids(&down),
        branch_labels: request.branch_label.iter().cloned().collect(),
        depends_on,
        directories: Vec::new(),
        hooks: Vec::new(),
        operations,
        dialect: generated.as_ref().map(autogenerate::Generated::dialect),
    };
    let bodies = generated.as_ref().map(|generated| generated.bodies.clone());
    let text = text::text(configuration, &written, request, moment, bodies)?;
    if let Some(generated) = &generated {
        generated.prove(&crate::files::relative(&configuration.root, &written.path), &text)?;
    }
    if text::runs_environment(configuration) {
        tell(Event::Warns(
            "`revision_environment` is set, and env.py is not run: what it would add is missing",
            Some("use `alembic revision` where env.py changes what is written"),
        ));
    }
    finish(configuration, request, written, &text, &location, &hooks, tell).map(Some)
}

/// Makes the folders, writes the file and runs the hooks.
fn finish(
    configuration: &Configuration,
    request: &RevisionRequest,
    mut written: Written,
    text: &str,
    location: &std::path::Path,
    hooks: &[hooks::Prepared],
    tell: &mut Tell<'_>,
) -> Result<Written, RevisionError> {
    let folders = [Some(location), written.path.parent()].into_iter().flatten();
    for folder in folders.map(std::path::Path::to_path_buf).collect::<Vec<_>>() {
        written.directories.extend(writing::ensure_directory(&folder, tell)?);
    }
    writing::step(tell, &format!("Generating {}", written.path.display()), || {
        writing::create(&written.path, text)
    })?;
    written.hooks = hooks::run(configuration, request, hooks, tell)?;
    Ok(written)
}
