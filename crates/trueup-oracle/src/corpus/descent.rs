//! `corpus downgrades`: where real Alembic's way down from the heads ends, against where trueup's ends.
//!
//! `corpus/downgrades/run.py` installs each package in an environment of its own, upgrades an empty database with the
//! project's own env.py and downgrades it revision by revision, until base or until something fails. What happened, and
//! the server's dump of what was there at the end, is kept in the cache. trueup's replay must end at the same revision,
//! and its schema there must be the same; where it ends at a revision that Alembic leaves behind, the line says "only".
//! Why Alembic ends where it does is recorded, but not compared: a database says it in other words.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use trueup_alembic::replay::Descent;
use trueup_project::pipelines::check::{self, Built, CheckRequest};
use trueup_schema::{Dialect, Schema};
use trueup_testkit::postgres::Postgres;

use super::projects::{self, Project};
use super::{
    PostgresServer, Server, SqliteFile, declared, downgrade, dump, ratchet, sqlite, truth_statements,
};
use crate::differential::plain;
use crate::paths;

/// What the command line asks for.
#[derive(Debug, Default)]
pub struct Options {
    /// Projects or packages; empty for all.
    pub names: Vec<String>,
    /// Print every difference, and how Alembic fails.
    pub verbose: bool,
    /// Record the figures.
    pub update: bool,
}

/// Compares all projects; returns whether everything is as recorded.
pub fn run(options: &Options) -> Result<bool> {
    let known = declared::known()?;
    let mut measured = ratchet::Lines::new();
    for project in projects::listed(&options.names)? {
        for dialect in [Dialect::Postgresql, Dialect::Sqlite] {
            if !known.has(&project.id, dialect) {
                continue;
            }
            let name = format!("{} {}", project.id, projects::short(dialect));
            let figures = match one(&project, dialect) {
                Ok(outcome) => told(&name, &outcome, options),
                Err(error) => {
                    println!("{name}: {error:#}");
                    format!("not run: {}", error.root_cause())
                }
            };
            measured.insert(format!("downgrades of {name}"), figures);
        }
    }
    ratchet::settle(&measured, options.update)
}

/// What run.py tells.
#[derive(Deserialize)]
struct Real {
    /// Those of Alembic and SQLAlchemy.
    versions: String,
    /// How long the upgrade took; older answers do not say.
    #[serde(default)]
    up_seconds: Option<f64>,
    /// The revisions whose downgrade ran.
    down: Vec<String>,
    /// What stopped it.
    error: Option<Stop>,
    /// The dump of what was there before the first revision.
    before: String,
    /// The dump of what is there where it ends.
    after: String,
}

/// What stopped real Alembic.
#[derive(Deserialize)]
struct Stop {
    way: String,
    revision: Option<String>,
    class: String,
    message: String,
    statement: String,
}

impl Stop {
    fn revision(&self) -> &str {
        self.revision.as_deref().unwrap_or("its beginning")
    }
}

/// What became of one project on one dialect.
struct Outcome {
    real: Real,
    /// What Alembic leaves over at base.
    left: Vec<String>,
    /// Where trueup ends, in words, and the revision if it is not base.
    ours: String,
    ours_ends: Option<String>,
    /// What differs where both end at the same revision.
    differences: Vec<String>,
}

impl Outcome {
    fn is_same_end(&self) -> bool {
        let stop = self.real.error.as_ref();
        stop.is_none_or(|stop| stop.way == "down") && stop.map(Stop::revision) == self.ours_ends.as_deref()
    }

    /// Whether trueup ends at a revision that Alembic leaves behind.
    fn is_earlier(&self) -> bool {
        self.ours_ends.as_ref().is_some_and(|id| self.real.down.contains(id))
    }
}

fn one(project: &Project, dialect: Dialect) -> Result<Outcome> {
    let text = std::fs::read_to_string(answer(project, dialect)?)?;
    let real: Real = serde_json::from_str(&text).context("the answer of corpus/downgrades/run.py")?;
    let server: &dyn Server = if dialect.is_sqlite() { &SqliteFile } else { &PostgresServer };
    let before = objects(dialect, &real.before)?;
    let base = if before.is_empty() { None } else { Some(given(server, dialect, &real.before)?) };
    let request = CheckRequest { dialect: Some(dialect), ..CheckRequest::default() };
    let built = check::build(&project.configuration()?, &request, base);
    let after = objects(dialect, &real.after)?;
    let left = after.keys().filter(|key| !before.contains_key(*key) && is_whole(key)).cloned().collect();
    let mut outcome = Outcome {
        left,
        ours: downgrade::to_base(&built),
        ours_ends: descent(&built)?.ends.as_ref().map(|(id, _)| id.clone()),
        differences: Vec::new(),
        real,
    };
    if outcome.is_same_end() {
        let ours = server.described(&descent(&built)?.schema.create_statements())?;
        outcome.differences = ours.refused;
        outcome.differences.extend(dump::differences(&plain(after), &plain(ours.objects)));
    }
    Ok(outcome)
}

fn descent(built: &Built) -> Result<&Descent> {
    built.replay.descent.as_ref().context("nothing was downgraded")
}

fn objects(dialect: Dialect, text: &str) -> Result<dump::Objects> {
    if dialect.is_sqlite() {
        return Ok(SqliteFile.described(&sqlite::statements(text))?.objects);
    }
    Ok(dump::objects(text))
}

/// Reads what the application created before the first revision.
fn given(server: &dyn Server, dialect: Dialect, text: &str) -> Result<Schema> {
    server.described(&truth_statements(dialect, text))?.schema
}

/// Tells objects that stand for themselves from the parts and comments of others.
fn is_whole(key: &str) -> bool {
    let parts = ["COMMENT ", "CONSTRAINT ", "DEFAULT ", "FK ", "INDEX ", "SEQUENCE OWNED BY ", "TRIGGER "];
    !parts.iter().any(|part| key.starts_with(part))
}

/// Prints the line and returns what of it is recorded.
fn told(name: &str, outcome: &Outcome, options: &Options) -> String {
    let order = outcome.differences.iter().filter(|found| found.starts_with("order")).count();
    let figures = if outcome.is_same_end() {
        let count = outcome.differences.len() - order;
        format!("{}, as trueup, {count} differences, {order} in order only", theirs(outcome))
    } else {
        let only = if outcome.is_earlier() { "only " } else { "" };
        format!("{}, trueup is downgraded {only}to {}", theirs(outcome), outcome.ours)
    };
    println!("{name}: {figures}; {} downgrades ran with {}", outcome.real.down.len(), outcome.real.versions);
    if options.verbose {
        if let Some(stop) = outcome.real.error.as_ref().filter(|stop| !stop.statement.is_empty()) {
            println!("  Alembic sent: {}", stop.statement);
        }
        println!("  trueup is downgraded to {}", outcome.ours);
        for found in &outcome.differences {
            println!("  {}", found.replace('\n', "\n  "));
        }
    }
    figures
}

/// Where real Alembic ends, and why.
fn theirs(outcome: &Outcome) -> String {
    match &outcome.real.error {
        None if outcome.left.is_empty() => "Alembic reaches base".to_owned(),
        None => format!("Alembic reaches base, left over: {}", outcome.left.join(", ")),
        Some(stop) => {
            let verb = if stop.way == "up" { "cannot be upgraded beyond" } else { "ends at" };
            let separator = if stop.message.is_empty() { "" } else { ": " };
            format!("Alembic {verb} {} ({}{separator}{})", stop.revision(), stop.class, stop.message)
        }
    }
}

/// Runs real Alembic on a project anew; returns how many seconds its upgrade of an empty database took.
pub fn upgrade_seconds(project: &Project, dialect: Dialect) -> Result<f64> {
    let file = made(project, dialect)?;
    let real: Real = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    real.up_seconds.context("the upgrade did not come to its end")
}

/// Returns the file that says what real Alembic does; makes it where it is not in the cache.
fn answer(project: &Project, dialect: Dialect) -> Result<PathBuf> {
    let file = place(project, dialect)?;
    if file.is_file() { Ok(file) } else { made(project, dialect) }
}

fn place(project: &Project, dialect: Dialect) -> Result<PathBuf> {
    Ok(paths::cache("downgrades")?.join(format!("{}.{}.json", project.id, projects::short(dialect))))
}

/// Runs run.py.
fn made(project: &Project, dialect: Dialect) -> Result<PathBuf> {
    let mut program = Command::new("python3");
    program.arg(paths::workspace().join("corpus/downgrades/run.py"));
    program.args([&project.id, projects::short(dialect)]);
    let database = Postgres::try_shared().map_err(anyhow::Error::msg)?.scratch_database();
    let output = program.arg(database.url()).arg(paths::cache("")?).output().context("cannot run python3")?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        bail!("{}", message.trim().strip_prefix("run.py: ").unwrap_or(message.trim()));
    }
    place(project, dialect)
}
