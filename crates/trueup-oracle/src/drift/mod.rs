//! `drift`: databases as real Alembic left them are clean, and ten manual changes on them are exactly ten findings.
//!
//! The changes are chosen from what the schema has, each on an object of its own, so that they fit any project; where a
//! schema has nothing of a kind (no enum, no CHECK), something of that kind is added to it instead.

mod postgres;
mod sqlite;

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use trueup_project::pipelines::check::{self, CheckRequest};
use trueup_schema::Dialect;
use trueup_testkit::postgres::Postgres;

use crate::corpus::dump;
use crate::corpus::projects::{self, Project};
use crate::corpus::sqlite as texts;

/// What the command line asks for.
#[derive(Debug)]
pub struct Options {
    /// Projects; empty for some whose replay is exact.
    pub names: Vec<String>,
    /// Where the stored truth lies.
    pub truth: PathBuf,
}

const DEFAULT: [&str; 5] = ["optuna", "dstack", "keystone", "prefect-pg", "prefect-sqlite"];

/// Runs all; returns whether every database is judged as it should be.
pub fn run(options: &Options) -> Result<bool> {
    let names =
        if options.names.is_empty() { DEFAULT.map(str::to_owned).to_vec() } else { options.names.clone() };
    let mut holds = true;
    for project in projects::listed(&names)? {
        for dialect in project.dialects(&options.truth) {
            let name = format!("{} {}", project.id, projects::short(dialect));
            match one(&project, dialect, options) {
                Ok(problems) if problems.is_empty() => println!("{name}: as it should be"),
                Ok(problems) => {
                    holds = false;
                    println!("{name}: {} problems\n  {}", problems.len(), problems.join("\n  "));
                }
                Err(error) => {
                    holds = false;
                    println!("{name}: {error:#}");
                }
            }
        }
    }
    Ok(holds)
}

fn one(project: &Project, dialect: Dialect, options: &Options) -> Result<Vec<String>> {
    let truth = project.truth(&options.truth, dialect)?;
    let stamps = stamps(&truth, &heads(project, dialect)?);
    if dialect.is_sqlite() {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("database.sqlite");
        let mut statements = texts::statements(&truth);
        statements.extend(stamps);
        let (_, refused) = texts::create(&file, &statements)?;
        anyhow::ensure!(refused.is_empty(), "the stored truth cannot be loaded: {}", refused[0]);
        return judge(project, &format!("sqlite:///{}", file.display()), || sqlite::change(&file));
    }
    let database = Postgres::try_shared().map_err(anyhow::Error::msg)?.scratch_database();
    database.execute(&dump::executable(&truth));
    for stamp in &stamps {
        database.execute(stamp);
    }
    judge(project, database.url(), || Ok(postgres::change(&database)))
}

/// Compares before and after the changes; what is wrong with the answers comes back.
fn judge(
    project: &Project,
    url: &str,
    change: impl FnOnce() -> Result<BTreeSet<String>>,
) -> Result<Vec<String>> {
    let found = findings(project, url)?;
    let mut problems: Vec<String> = found.iter().map(|object| format!("not clean: {object}")).collect();
    let expected = change()?;
    println!("  {} changes: {}", expected.len(), expected.iter().cloned().collect::<Vec<_>>().join(", "));
    if expected.len() < 10 {
        problems.push("fewer than ten changes".to_owned());
    }
    let mut after = findings(project, url)?;
    after.retain(|object| !found.contains(object));
    problems.extend(expected.difference(&after).map(|object| format!("not reported: {object}")));
    problems.extend(after.difference(&expected).map(|object| format!("reported without a change: {object}")));
    Ok(problems)
}

fn heads(project: &Project, dialect: Dialect) -> Result<Vec<String>> {
    let request = CheckRequest { dialect: Some(dialect), ..CheckRequest::default() };
    let built = check::build(&project.configuration()?, &request, None);
    Ok(built.graph.ids(built.graph.real_heads()))
}

/// The rows of the version table, whose name is in the dump.
fn stamps(truth: &str, heads: &[String]) -> Vec<String> {
    let at = truth.find("version_num").unwrap_or(0);
    let before = &truth[..at];
    let name = before.rfind("CREATE TABLE ").map(|start| &before[start + "CREATE TABLE ".len()..]);
    let name = name.and_then(|rest| rest.split([' ', '(', '\n']).next()).unwrap_or("alembic_version");
    heads.iter().map(|head| format!("INSERT INTO {name} (version_num) VALUES ('{head}')")).collect()
}

/// What the group *drift* says about the database: kind, table and name of each object.
fn findings(project: &Project, url: &str) -> Result<BTreeSet<String>> {
    let request = CheckRequest {
        database: Some(url.to_owned()),
        only: vec!["drift".to_owned()],
        ..CheckRequest::default()
    };
    let report = check::check(&project.configuration()?, &request).map_err(anyhow::Error::msg)?;
    if let Some(failure) = &report.failure {
        anyhow::bail!("{}", failure.message);
    }
    anyhow::ensure!(
        report.project.checked.contains(&"the database against the revisions"),
        "the database was not compared"
    );
    let about_database = report.diagnostics.iter().filter(|diagnostic| diagnostic.rule == "database-drift");
    let objects = about_database.map(|diagnostic| {
        diagnostic.object.as_ref().map_or_else(
            || diagnostic.message.clone(),
            |object| told(object.kind.name(), object.table.as_deref(), &object.name),
        )
    });
    Ok(objects.collect())
}

/// An object as findings and changes are compared by: columns with their table, since many tables have a column of a
/// name.
fn told(kind: &str, table: Option<&str>, name: &str) -> String {
    match table {
        Some(table) if kind == "column" => format!("{kind} {table}.{name}"),
        _ => format!("{kind} {name}"),
    }
}
