//! `models`: the schema that trueup reads from a package's models, against what real SQLAlchemy creates from them.
//!
//! `corpus/models/build.py` installs each package in an environment of its own, imports its models as the application does
//! and runs `create_all`; the server's dump of that is kept in the cache. Where a server refuses what the models declare,
//! the dump is of all that it takes (`….partial.sql`), and what it left out is listed beside it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use trueup_project::pipelines::check::{self, CheckRequest};
use trueup_schema::Dialect;
use trueup_testkit::postgres::Postgres;

use super::projects::{self, Project};
use super::{PostgresServer, Server, SqliteFile, dump, ratchet, sqlite};
use crate::paths;

/// What the command line asks for.
#[derive(Debug, Default)]
pub struct Options {
    /// Projects or packages; empty for all.
    pub names: Vec<String>,
    /// Print every difference.
    pub verbose: bool,
    /// Record the figures.
    pub update: bool,
}

/// Compares all projects; returns whether everything is as recorded.
pub fn run(options: &Options) -> Result<bool> {
    let known = known()?;
    let mut measured = ratchet::Lines::new();
    for project in projects::listed(&options.names)? {
        for dialect in [Dialect::Postgresql, Dialect::Sqlite] {
            if !known.has(&project.id, dialect) {
                continue;
            }
            let name = format!("{} {}", project.id, projects::short(dialect));
            match one(&project, dialect) {
                Ok((tables, is_partial, differences)) => {
                    let order = differences.iter().filter(|found| found.starts_with("order")).count();
                    let count = differences.len() - order;
                    let partial = if is_partial { ", where the server takes it" } else { "" };
                    let figures =
                        format!("{tables} tables{partial}, {count} differences, {order} in order only");
                    println!("{name}: {figures}");
                    measured.insert(format!("models of {name}"), figures);
                    if options.verbose {
                        for found in &differences {
                            println!("  {}", found.replace('\n', "\n  "));
                        }
                    }
                }
                Err(error) => {
                    println!("{name}: {error:#}");
                    measured.insert(format!("models of {name}"), format!("not run: {}", error.root_cause()));
                }
            }
        }
    }
    ratchet::settle(&measured, options.update)
}

/// What `projects.toml`, which says how each package is built, knows of the projects.
#[derive(Deserialize)]
pub(crate) struct Known {
    projects: BTreeMap<String, KnownProject>,
}

#[derive(Deserialize)]
struct KnownProject {
    /// Some applications work on one database only.
    dialects: Option<Vec<String>>,
}

impl Known {
    /// Returns whether a project's application works on a database.
    pub(crate) fn has(&self, id: &str, dialect: Dialect) -> bool {
        let dialects = self.projects.get(id).and_then(|project| project.dialects.as_ref());
        dialects.is_none_or(|listed| listed.iter().any(|own| own == projects::short(dialect)))
    }
}

/// Reads `projects.toml`.
pub(crate) fn known() -> Result<Known> {
    let file = paths::workspace().join("corpus/models/projects.toml");
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    toml::from_str(&text).with_context(|| file.display().to_string())
}

fn one(project: &Project, dialect: Dialect) -> Result<(usize, bool, Vec<String>)> {
    let (file, is_partial) = dumped(project, dialect)?;
    let truth = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let request = CheckRequest { dialect: Some(dialect), ..CheckRequest::default() };
    let built = check::build(&project.configuration()?, &request, None);
    let schema = built.models.context("no models were found")?;
    let server: &dyn Server = if dialect.is_sqlite() { &SqliteFile } else { &PostgresServer };
    let real = if dialect.is_sqlite() {
        server.described(&sqlite::statements(&truth))?.objects
    } else {
        dump::objects(&truth)
    };
    let mut statements: Vec<String> = Vec::new();
    if !dialect.is_sqlite() {
        // Models name no extensions; what they need is there before `create_all`, as it is on the other side.
        let extensions = truth.lines().filter(|line| line.starts_with("CREATE EXTENSION"));
        statements.extend(extensions.map(str::to_owned));
    }
    statements.extend(schema.create_statements());
    let ours = server.described(&statements)?;
    let mut differences = dump::differences(&real, &ours.objects);
    // Where real SQLAlchemy's statements were refused, ours must be; what follows from that is not worth a line.
    differences.extend(ours.refused.into_iter().filter(|_| !is_partial));
    Ok((schema.tables.len(), is_partial, differences))
}

/// Returns the dump of what real SQLAlchemy creates; makes it where it is not in the cache.
fn dumped(project: &Project, dialect: Dialect) -> Result<(PathBuf, bool)> {
    let folder = paths::cache("models")?;
    let stem = format!("{}.{}", project.id, projects::short(dialect));
    let find = || {
        let whole = folder.join(format!("{stem}.sql"));
        let partial = folder.join(format!("{stem}.partial.sql"));
        if whole.is_file() { Some((whole, false)) } else { partial.is_file().then_some((partial, true)) }
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    std::fs::create_dir_all(&folder)?;
    let database = Postgres::try_shared().map_err(anyhow::Error::msg)?.scratch_database();
    let mut program = Command::new("python3");
    program
        .arg(paths::workspace().join("corpus/models/build.py"))
        .args([&project.id, projects::short(dialect)]);
    program.arg(database.url()).arg(paths::cache("")?);
    let status = program.status().context("cannot run python3")?;
    if !status.success() {
        bail!("corpus/models/build.py {} ended with {status}", project.id);
    }
    find().with_context(|| format!("corpus/models/build.py made no dump of {stem}"))
}
