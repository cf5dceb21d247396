//! What the commands on the history share: reading the project, asking the database, and how they end.

use trueup_project::config::{ConfigError, ConfigRequest, Configuration};
use trueup_project::pipelines::applied::applied;
use trueup_project::pipelines::history::{Entry, History, NoHistory, identifier_hint};
use trueup_project::pipelines::target::DatabaseRequest;
use trueup_project::wire::HistoryWire;
use trueup_schema::Dialect;
use trueup_schema::revision::IdentifierError;

use super::check::environment;
use crate::args::{Format, Global};
use crate::error::{CommandError, FINDINGS};
use crate::render;

/// A project whose history was read.
pub(super) struct Reading {
    pub(super) configuration: Configuration,
    pub(super) history: History,
}

/// What a database records.
pub(super) struct Current {
    /// The database, without password.
    pub(super) database: String,
    /// The revisions that the project has.
    pub(super) revisions: Vec<usize>,
    /// Ids that no revision file has.
    pub(super) unknown: Vec<String>,
}

/// Reads the project's history; a broken graph is told on standard error and ends the command with an exit code.
pub(super) fn read(global: &Global) -> Result<Result<Reading, u8>, CommandError> {
    let configuration = configuration(global)?;
    let dialect = global.dialect.as_deref().and_then(Dialect::from_name);
    match History::read(&configuration, dialect) {
        Ok(history) => Ok(Ok(Reading { configuration, history })),
        Err(problem) => no_history(global, problem).map(Err),
    }
}

/// Tells why there is no history, and returns the exit code.
pub(super) fn no_history(global: &Global, problem: NoHistory) -> Result<u8, CommandError> {
    match problem {
        NoHistory::Settings(message) => return Err(CommandError::new(message)),
        NoHistory::Broken(report) if global.format == Format::Json => render::report(global, &report)?,
        // Standard output is for revisions, and there are none to be trusted.
        NoHistory::Broken(report) => render::report_to_stderr(global, &report),
    }
    Ok(FINDINGS)
}

/// Loads the configuration, for a command that writes text or JSON.
pub(super) fn configuration(global: &Global) -> Result<Configuration, CommandError> {
    let configuration = load(global)?;
    text_or_json(global)?;
    Ok(configuration)
}

/// Loads the configuration that the global options name.
pub(super) fn load(global: &Global) -> Result<Configuration, ConfigError> {
    let mut configuration = Configuration::load(&ConfigRequest {
        directory: global.directory.clone().unwrap_or_default(),
        file: global.config.clone(),
        section: global.name.clone(),
    })?;
    configuration.x_arguments.clone_from(&global.x);
    Ok(configuration)
}

/// Returns where the database's address may be named.
pub(super) fn database(global: &Global) -> DatabaseRequest {
    DatabaseRequest {
        database: global.database.clone().or_else(|| environment("TRUEUP_DATABASE_URL")),
        fallback: environment("DATABASE_URL"),
        environment: std::env::vars().collect(),
    }
}

/// Refuses a format that is for findings only.
pub(super) fn text_or_json(global: &Global) -> Result<(), CommandError> {
    if matches!(global.format, Format::Text | Format::Json) {
        return Ok(());
    }
    Err(CommandError::new("this command has no findings to write in that format")
        .hint("use `--format text` or `--format json`"))
}

impl Reading {
    /// Asks the database what it has applied.
    pub(super) fn current(&self, global: &Global) -> Result<Current, CommandError> {
        let applied = applied(&self.configuration, &database(global))?;
        let (mut revisions, mut unknown) = (Vec::new(), Vec::new());
        for row in applied.rows {
            match self.history.graph.get(&row) {
                Some(revision) => revisions.push(revision),
                None => unknown.push(row),
            }
        }
        Ok(Current { database: applied.database, revisions, unknown })
    }

    /// Returns what there is to tell of some revisions.
    pub(super) fn entries(&self, revisions: &[usize], current: &[usize]) -> Vec<Entry> {
        revisions.iter().map(|revision| self.history.entry(*revision, current)).collect()
    }

    /// Writes revisions: as JSON, or as the text that is made of each.
    pub(super) fn write(
        &self,
        global: &Global,
        command: &'static str,
        entries: &[Entry],
        text: impl FnOnce(&[Entry]) -> String,
    ) -> Result<(), CommandError> {
        let rendered = match global.format {
            Format::Json => render::history::json(&HistoryWire::new(command, &self.configuration, entries)),
            _ => text(entries),
        };
        render::write(global, &rendered)
    }
}

impl Current {
    /// Tells of ids that no revision file has; returns the exit code.
    pub(super) fn tell_unknown(&self, global: &Global) -> u8 {
        for id in &self.unknown {
            CommandError::new(format!("{} is at `{id}`, which no revision file has", self.database))
                .hint("a file may be missing here, or the database belongs to another branch or project")
                .print(global.color);
        }
        if self.unknown.is_empty() { 0 } else { FINDINGS }
    }
}

impl From<IdentifierError> for CommandError {
    fn from(error: IdentifierError) -> Self {
        CommandError::new(error.to_string()).hint(identifier_hint(&error))
    }
}
