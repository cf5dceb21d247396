//! `corpus run`: replays real histories and compares what they build with what real Alembic built.
//!
//! Per project and dialect: all revisions are replayed in memory, the resulting schema is created on a real server, and
//! the server's own dump is compared with the stored one. A second comparison leaves the replay out (`rebuilt`): the
//! stored schema is loaded, inspected, created again from the inspection and dumped. It tells faults of the replay from
//! faults of inspection and SQL.

pub mod declared;
pub mod descent;
pub mod downgrade;
pub mod dump;
pub mod graph;
pub mod operations;
pub mod projects;
pub mod ratchet;
pub mod sqlite;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use trueup_db::{Database, DatabaseUrl, InspectOptions};
use trueup_project::pipelines::check::{self, Built, CheckRequest};
use trueup_schema::{Dialect, ObjectName, Schema, Severity, TypeKind};
use trueup_sql::ReadContext;
use trueup_testkit::postgres::Postgres;

use projects::Project;

/// What the command line asks for.
#[derive(Debug, Default)]
pub struct Options {
    /// Projects or packages; empty for all.
    pub names: Vec<String>,
    /// Where the stored truth lies.
    pub truth: PathBuf,
    /// Print every difference.
    pub verbose: bool,
    /// Record the figures.
    pub update: bool,
    /// Leave out real Alembic.
    pub no_alembic: bool,
    /// Only one dialect.
    pub dialect: Option<Dialect>,
}

/// What became of one project on one dialect.
struct Outcome {
    built: Built,
    differences: Vec<String>,
    rebuilt: Vec<String>,
    /// Revisions whose operations real Alembic recorded, and where ours are others.
    operations: (usize, Vec<String>),
    /// What is left, or cannot be known, when everything is downgraded again.
    downgraded: String,
    seconds: f64,
    /// What the whole of `check` says: findings by severity, and its time.
    checked: String,
}

/// Runs all projects; returns whether everything is as recorded.
pub fn run(options: &Options) -> Result<bool> {
    let mut measured = ratchet::Lines::new();
    for project in projects::listed(&options.names)? {
        let mut dialects = project.dialects(&options.truth);
        let has_truth = !dialects.is_empty();
        if !has_truth {
            dialects.push(Dialect::Postgresql);
        }
        dialects.retain(|dialect| options.dialect.is_none_or(|wanted| wanted == *dialect));
        for dialect in dialects {
            let name = format!("{} {}", project.id, projects::short(dialect));
            let outcome = catch_unwind(AssertUnwindSafe(|| one(&project, dialect, has_truth, options)));
            let figures = match outcome {
                Ok(Ok(outcome)) => told(&name, &project, &outcome, options),
                Ok(Err(error)) => {
                    println!("{name}: {error:#}");
                    format!("not run: {}", error.root_cause())
                }
                Err(_) => {
                    println!("{name}: panic");
                    "panic".to_owned()
                }
            };
            measured.insert(name, figures);
        }
    }
    ratchet::settle(&measured, options.update)
}

/// Prints the line and returns what of it is recorded: everything but the time.
fn told(name: &str, project: &Project, outcome: &Outcome, options: &Options) -> String {
    let Built { graph, replay, .. } = &outcome.built;
    let proved = replay.revisions.iter().filter(|revision| revision.verdict.is_proved()).count();
    let failing = replay.revisions.iter().filter(|revision| !revision.failures.is_empty()).count();
    let order = outcome.differences.iter().filter(|difference| difference.starts_with("order")).count();
    let graph_differences = if options.no_alembic { None } else { Some(compare_graphs(project, outcome)) };
    let graph_word = match &graph_differences {
        None => "not compared".to_owned(),
        Some(Ok(found)) if found.is_empty() => "as Alembic".to_owned(),
        Some(Ok(found)) => format!("{} differences", found.len()),
        Some(Err(_)) => "Alembic cannot load it".to_owned(),
    };
    let unknown = unknown_types(&replay.schema);
    let figures = format!(
        "{} revisions, {} tables, {} heads, {} bases, {} merges, graph {graph_word}, {proved} proved, {} unproven, \
         {failing} failing, {} columns of unknown type, {} differences, {order} in order only, rebuilt with {} \
         differences, operations of {} of {} revisions as Alembic's, downgraded to {}",
        graph.revisions().len(),
        replay.schema.tables.len(),
        graph.heads().len(),
        graph.bases().len(),
        graph.merge_points().len(),
        replay.revisions.len() - proved,
        unknown.len(),
        outcome.differences.len() - order,
        outcome.rebuilt.len(),
        outcome.operations.0 - outcome.operations.1.len(),
        outcome.operations.0,
        outcome.downgraded,
    );
    println!("{name}: {figures}, {:.2} s; {}", outcome.seconds, outcome.checked);
    if options.verbose {
        details(outcome, graph_differences);
    }
    figures
}

fn details(outcome: &Outcome, graph: Option<Result<Vec<String>>>) {
    match graph {
        Some(Ok(found)) => found.iter().for_each(|difference| println!("  {difference}")),
        Some(Err(error)) => println!("  graph: {error:#}"),
        None => {}
    }
    for revision in &outcome.built.replay.revisions {
        for unproven in &revision.unproven {
            println!("  unproven {}: {}{}", revision.id, unproven.reason, place(&unproven.origin));
        }
        for failure in &revision.failures {
            println!("  failing {}: {}{}", revision.id, failure.message, place(&failure.origin));
        }
    }
    for unknown in unknown_types(&outcome.built.replay.schema) {
        println!("  unknown type {unknown}");
    }
    let lists = [
        ("", &outcome.differences),
        ("rebuilt: ", &outcome.rebuilt),
        ("operations of ", &outcome.operations.1),
    ];
    for (title, list) in lists {
        for difference in list {
            println!("  {title}{}", difference.replace('\n', "\n  "));
        }
    }
}

/// Returns the columns whose type is not known: their tables cannot be created, whatever the verdicts say.
fn unknown_types(schema: &Schema) -> Vec<String> {
    let mut out = Vec::new();
    for table in schema.tables.values() {
        for column in &table.columns {
            if let TypeKind::Unknown(reason) = &column.column_type.kind {
                out.push(format!("{}.{}: {reason}", table.name, column.name));
            }
        }
    }
    out
}

fn place(origin: &trueup_schema::Origin) -> String {
    origin.location().map_or_else(String::new, |location| format!(" ({})", location.path))
}

fn compare_graphs(project: &Project, outcome: &Outcome) -> Result<Vec<String>> {
    let mut folders: Vec<PathBuf> = Vec::new();
    let root = project.configuration()?.root;
    for revision in outcome.built.graph.revisions() {
        let folder = root.join(&*revision.path).parent().context("a file lies in a folder")?.to_path_buf();
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    anyhow::ensure!(!folders.is_empty(), "no revisions");
    let alembic = graph::alembic(&folders)?;
    Ok(graph::differences(&alembic, &graph::ours(&outcome.built.graph)))
}

fn one(project: &Project, dialect: Dialect, has_truth: bool, options: &Options) -> Result<Outcome> {
    let started = Instant::now();
    let configuration = project.configuration()?;
    let request = CheckRequest { dialect: Some(dialect), ..CheckRequest::default() };
    let base = if has_truth { project.base(&options.truth, dialect)? } else { None };
    let built = check::build(&configuration, &request, base);
    let seconds = started.elapsed().as_secs_f64();
    let (mut differences, mut rebuilt, mut operations) = (Vec::new(), Vec::new(), (0, Vec::new()));
    if has_truth {
        let truth = project.truth(&options.truth, dialect)?;
        let server: &dyn Server = if dialect.is_sqlite() { &SqliteFile } else { &PostgresServer };
        let loaded = server.described(&truth_statements(dialect, &truth))?;
        anyhow::ensure!(
            loaded.refused.is_empty(),
            "the stored truth cannot be loaded: {}",
            loaded.refused[0]
        );
        // PostgreSQL spells some expressions anew when they are read back from its own dump, so the stored text itself
        // is what ours is compared with.
        let stored = if dialect.is_sqlite() { loaded.objects.clone() } else { dump::objects(&truth) };
        let actual = server.described(&built.replay.schema.create_statements())?;
        differences = actual.refused;
        differences.extend(dump::differences(&stored, &actual.objects));
        operations = operations::compare(&project.operations(&options.truth, dialect)?, &built.replay)?;
        let again = server.described(&loaded.schema?.create_statements())?;
        rebuilt = again.refused;
        rebuilt.extend(dump::differences(&loaded.objects, &again.objects));
    }
    let report = check::check(&configuration, &request).map_err(anyhow::Error::msg)?;
    let checked = format!(
        "check: {} errors, {} warnings, {} infos in {:.2} s",
        report.count(Severity::Error),
        report.count(Severity::Warning),
        report.count(Severity::Info),
        report.project.elapsed.as_secs_f64()
    );
    let downgraded = downgrade::to_base(&built);
    Ok(Outcome { built, differences, rebuilt, operations, downgraded, seconds, checked })
}

fn truth_statements(dialect: Dialect, truth: &str) -> Vec<String> {
    if dialect.is_sqlite() { sqlite::statements(truth) } else { vec![dump::executable(truth)] }
}

/// What a real server makes of statements.
struct Described {
    objects: dump::Objects,
    refused: Vec<String>,
    /// What our inspector reads of it, without the version table, unless it refuses.
    schema: Result<Schema>,
}

trait Server {
    fn described(&self, statements: &[String]) -> Result<Described>;
}

struct PostgresServer;
struct SqliteFile;

impl Server for PostgresServer {
    fn described(&self, statements: &[String]) -> Result<Described> {
        let server = Postgres::try_shared().map_err(anyhow::Error::msg)?;
        let database = server.scratch_database();
        let mut refused = Vec::new();
        for statement in statements {
            // The testkit panics with the server's sentence; here a refusal is a result.
            let outcome = quietly(|| database.execute(statement));
            if let Err(message) = outcome {
                let text: String = message.split_whitespace().collect::<Vec<_>>().join(" ");
                refused.push(format!("refused {}", text.chars().take(400).collect::<String>()));
            }
        }
        let objects = dump::objects(&dump::dump(database.url())?);
        let schema = inspected(database.url());
        Ok(Described { objects, refused, schema })
    }
}

impl Server for SqliteFile {
    fn described(&self, statements: &[String]) -> Result<Described> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("database.sqlite");
        let (connection, refused) = sqlite::create(&file, statements)?;
        let objects = sqlite::objects(&connection)?;
        drop(connection);
        let schema = inspected(&format!("sqlite:///{}", file.display()));
        Ok(Described { objects, refused, schema })
    }
}

/// Runs what panics when a server refuses; the message comes back instead.
pub(crate) fn quietly(body: impl FnOnce()) -> Result<(), String> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(body));
    std::panic::set_hook(hook);
    outcome.map_err(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

/// Reads a database with our own inspector.
pub fn inspected(url: &str) -> Result<Schema> {
    let url = DatabaseUrl::parse(url, Path::new("."), &|_| None)?;
    let dialect = url.dialect();
    let read = |text: &str| {
        let result = trueup_sql::read(dialect, text, &ReadContext::default());
        match result.errors.first() {
            Some(error) => Err(error.message.clone()),
            None => Ok(result.operations().cloned().collect()),
        }
    };
    let mut schema = Database::connect(&url)?.inspect(&InspectOptions::default(), &read)?.schema;
    let version_tables: Vec<ObjectName> = schema
        .tables
        .values()
        .filter(|table| table.columns.len() == 1 && table.columns[0].name == "version_num")
        .map(|table| table.name.clone())
        .collect();
    schema.tables.retain(|table| !version_tables.contains(&table.name));
    Ok(schema)
}
