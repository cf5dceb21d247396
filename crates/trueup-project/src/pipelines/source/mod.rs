//! Sources: what a schema can be read from, by the names that the command line has for them.
//!
//! - `name`: the names;
//! - `database`, `models`, `revisions`, `snapshot`, `sql`: one file per kind.
//!
//! A source tells, beside its schema, what it does not know: that is neither equal to anything nor different.

use trueup_alembic::ProjectReading;
use trueup_schema::facts::IncompleteFacts;
use trueup_schema::{Dialect, Location, ObjectName, Schema};

use super::check::dialect;
use super::run::{NotRun, RunFailure, RunFailureKind, placed};
use super::target::DatabaseRequest;
use crate::config::Configuration;

mod database;
mod models;
mod name;
mod revisions;
pub(super) mod snapshot;
mod sql;

pub use name::{FORMS, SourceName, UnknownSource};

/// What reading a source needs beside its name.
#[derive(Clone, Debug, Default)]
pub struct SourceRequest {
    /// Addresses beside those of the project, and the environment.
    pub database: DatabaseRequest,
    /// The kind of database, where nothing else says it.
    pub dialect: Option<Dialect>,
}

/// A schema, and what is known of it.
pub struct Source {
    /// What it was read from, in words.
    pub title: String,
    /// The schema.
    pub schema: Schema,
    /// What it does not tell, in sentences.
    pub unknown: Vec<NotKnown>,
    /// Worth knowing, in sentences.
    pub notes: Vec<String>,
    /// Tables of which it does not know everything, so that they cannot be compared.
    pub(super) partial: Vec<ObjectName>,
    /// What else an SQLite database may be, where rebuilds lost nothing.
    pub(super) kept: Option<Schema>,
    /// The version table of Alembic, which belongs to no side.
    pub(super) version_table: Option<ObjectName>,
    /// What only some kinds of source have.
    pub(super) more: More,
}

/// What only some kinds of source have.
pub(super) enum More {
    Nothing,
    /// Which models are incomplete, and the project's own filters.
    Models(Box<(ProjectReading, Vec<IncompleteFacts>)>),
    /// The texts that an SQLite database stores.
    Stored(Vec<trueup_db::StoredObject>),
}

/// Something that a source does not tell.
#[derive(Clone, Debug)]
pub struct NotKnown {
    /// What, as a sentence.
    pub message: String,
    /// Where in the project.
    pub location: Option<Location>,
    /// The line of that place.
    pub line: Option<usize>,
}

impl Source {
    fn new(title: String, schema: Schema) -> Self {
        Self {
            title,
            schema,
            unknown: Vec::new(),
            notes: Vec::new(),
            partial: Vec::new(),
            kept: None,
            version_table: None,
            more: More::Nothing,
        }
    }

    fn not_known(&mut self, configuration: &Configuration, message: String, location: Option<Location>) {
        let mut failure = RunFailure::new(RunFailureKind::Environment, "");
        failure.location.clone_from(&location);
        let line = match placed(configuration, failure.into()) {
            NotRun::Failed(failure) => failure.line,
            NotRun::NoHistory(_) => None,
        };
        self.unknown.push(NotKnown { message, location, line });
    }
}

/// Reads a source.
///
/// # Errors
/// When it is not there, or cannot be told at all.
pub fn read(
    configuration: &Configuration,
    request: &SourceRequest,
    name: &SourceName,
) -> Result<Source, NotRun> {
    let mut both = read_all(configuration, request, &[name])?;
    both.pop().ok_or_else(|| RunFailure::new(RunFailureKind::Request, "there is no source").into())
}

/// Reads sources that are about the same kind of database: those that know which it is tell the others.
///
/// # Errors
/// When one of them is not there or cannot be told at all, or when two are for different kinds.
pub fn read_all(
    configuration: &Configuration,
    request: &SourceRequest,
    names: &[&SourceName],
) -> Result<Vec<Source>, NotRun> {
    let mut read: Vec<Option<Source>> = names.iter().map(|_| None).collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|at| !names[*at].says_dialect());
    let mut known: Option<(Dialect, String)> = None;
    for at in order {
        let said = known.as_ref().map(|(dialect, _)| *dialect).or(request.dialect);
        let source = read_one(configuration, request, names[at], said)
            .map_err(|problem| placed(configuration, problem))?;
        let dialect = source.schema.dialect;
        match &known {
            Some((other, title)) if *other != dialect => {
                let message = format!(
                    "{title} is for {}, {} is for {}: they cannot be compared",
                    other.title(),
                    source.title,
                    dialect.title()
                );
                let failure = RunFailure::new(RunFailureKind::Request, message);
                return Err(failure.hint("compare two sources of the same kind of database").into());
            }
            _ => known = Some((dialect, source.title.clone())),
        }
        read[at] = Some(source);
    }
    Ok(read.into_iter().flatten().collect())
}

fn read_one(
    configuration: &Configuration,
    request: &SourceRequest,
    name: &SourceName,
    said: Option<Dialect>,
) -> Result<Source, NotRun> {
    match name {
        SourceName::Models => models::read(configuration, request, said),
        SourceName::Revisions(identifier) => {
            revisions::read(configuration, request, identifier.as_deref(), said)
        }
        SourceName::Database(address) => database::read(configuration, request, address.as_deref()),
        SourceName::Sql(path) => {
            let asked = super::check::CheckRequest { dialect: said, ..Default::default() };
            let Some(dialect) = said.or_else(|| dialect::said(configuration, &asked)) else {
                let message = format!("`{name}` does not say for which kind of database it is written");
                let failure = RunFailure::new(RunFailureKind::Request, message);
                return Err(failure.hint("say `--dialect postgresql` or `--dialect sqlite`").into());
            };
            sql::read(configuration, path, dialect)
        }
        SourceName::Snapshot(path) => snapshot::read(path),
    }
}
