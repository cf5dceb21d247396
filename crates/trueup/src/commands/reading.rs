//! What the commands on the history share: reading the project, asking the database, and how they end.

use trueup_project::config::{ConfigRequest, Configuration};
use trueup_project::pipelines::applied::applied;
use trueup_project::pipelines::history::{Entry, History, NoHistory};
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
    let configuration = Configuration::load(&ConfigRequest {
        directory: global.directory.clone().unwrap_or_default(),
        file: global.config.clone(),
        section: global.name.clone(),
    })?;
    text_or_json(global)?;
    let dialect = global.dialect.as_deref().and_then(Dialect::from_name);
    match History::read(&configuration, dialect) {
        Ok(history) => Ok(Ok(Reading { configuration, history })),
        Err(NoHistory::Settings(message)) => Err(CommandError::new(message)),
        Err(NoHistory::Broken(report)) if global.format == Format::Json => {
            render::report(global, &report)?;
            Ok(Err(FINDINGS))
        }
        Err(NoHistory::Broken(report)) => {
            // Standard output is for revisions, and there are none to be trusted.
            render::report_to_stderr(global, &report);
            Ok(Err(FINDINGS))
        }
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
        let request = DatabaseRequest {
            database: global.database.clone().or_else(|| environment("TRUEUP_DATABASE_URL")),
            fallback: environment("DATABASE_URL"),
            environment: std::env::vars().collect(),
        };
        let applied = applied(&self.configuration, &request)?;
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
        use IdentifierError as E;
        let hint = match &error {
            E::Lookup(_) => "`trueup history` lists all revisions; the beginning of an id is enough",
            E::NoBranch(_) => "`trueup branches` and `trueup heads` show the labels of branches",
            E::NotOnBranch { .. } => "leave the branch away, or name a revision that is on it",
            E::SeveralHeads { .. } => "write `heads` for all of them, `LABEL@head` for one, or merge them",
            E::Fork { .. } => "name the revision instead of counting, or the branch: `LABEL@+1`",
            E::TooFar { .. } => "count fewer steps, or name the revision; `trueup history` lists them",
            E::WrongWay { .. } => "upgrade and downgrade each count in their own direction",
            E::SeveralApplied { .. } => "say which one: `LABEL@-1`, `LABEL@+1`, or name the revision",
            E::Overlap { .. } => "ask for the upper one alone",
            E::NotAbove { .. } => "the lower end comes first: `LOWER:UPPER`",
            E::NotBelow { .. } => "`trueup current` shows what is applied",
            E::Between { .. } => "stamp with `--purge`, which empties the version table first",
            E::AlreadyMoved { .. } => "stamp with `--purge`, which empties the version table first",
            E::Twice(_) => "name each revision once; labels and `heads` count too",
            E::UnknownApplied(_) => "a file may be missing here, or the database belongs to another project",
        };
        CommandError::new(error.to_string()).hint(hint)
    }
}
