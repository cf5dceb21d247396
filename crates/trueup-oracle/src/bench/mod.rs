//! `bench`: trueup beside real Alembic on generated projects, both in one run.

mod generate;
mod measure;
mod upgrade;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use trueup_schema::Dialect;
use trueup_testkit::postgres::Postgres;

use crate::{paths, venv};
use measure::{Figures, measure};
pub use upgrade::run_sqlite;

/// The project with the largest history of the corpus.
const LARGEST: &str = "ethyca-fides";

/// Runs per figure.
const RUNS: usize = 7;

/// What the command line asks for.
#[derive(Debug)]
pub struct Options {
    /// `graph`, `check`, `replay` or `upgrade`.
    pub name: String,
    /// The binary that is measured.
    pub trueup: PathBuf,
    /// Whether to write a file below `benches/results`.
    pub record: bool,
}

/// One row of the table.
struct Row {
    what: String,
    figures: Figures,
    /// How many times longer than trueup in the same group.
    factor: Option<f64>,
}

/// Runs a benchmark and prints, and records, its table.
pub fn run(options: &Options) -> Result<bool> {
    let python = venv::python("alembic-bench", &["alembic", "psycopg[binary]"])?;
    let trueup = options.trueup.canonicalize().with_context(|| options.trueup.display().to_string())?;
    let rows = match options.name.as_str() {
        "graph" => graph(&trueup, &python)?,
        "check" => check(&trueup, &python)?,
        "replay" => replay(&trueup, &python)?,
        "upgrade" => upgrade::rows(&trueup, &python)?,
        other => bail!("no benchmark `{other}`\nhint: graph, check, replay or upgrade"),
    };
    let text = page(options, &python, &rows)?;
    println!("{text}");
    if options.record {
        let date = output(Command::new("date").arg("+%Y-%m-%d"))?;
        let folder = paths::workspace().join("benches/results");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{date}-{}.md", options.name));
        std::fs::write(&file, &text)?;
        println!("written to {}", file.display());
    }
    Ok(true)
}

/// `check --only graph` beside `alembic heads`.
fn graph(trueup: &Path, python: &Path) -> Result<Vec<Row>> {
    let alembic = python.with_file_name("alembic");
    let own = std::env::current_exe()?;
    let mut rows = Vec::new();
    for revisions in [1_000, 5_000] {
        let folder = tempfile::tempdir()?;
        generate::chain(folder.path(), revisions)?;
        let ours = measure(folder.path(), trueup, &["check", "--only", "graph"], false, RUNS)?;
        let parse = measure(folder.path(), &own, &["bench-parse", "alembic/versions"], false, RUNS)?;
        let cold = measure(folder.path(), &alembic, &["heads"], true, RUNS)?;
        let warm = measure(folder.path(), &alembic, &["heads"], false, RUNS)?;
        push(
            &mut rows,
            &format!("{revisions} revisions"),
            &ours,
            [
                ("read and parse the files, nothing else", parse),
                ("alembic heads, no pyc", cold),
                ("alembic heads, warm", warm),
            ],
        );
    }
    Ok(rows)
}

/// The replay of whole histories beside `alembic upgrade head --sql`, which executes the same revisions and connects to
/// nothing either; then the largest history of the corpus, for which there is no other side.
fn replay(trueup: &Path, python: &Path) -> Result<Vec<Row>> {
    let alembic = python.with_file_name("alembic");
    let mut rows = Vec::new();
    for revisions in [500, 1_000, 2_000, 4_000] {
        let folder = tempfile::tempdir()?;
        generate::chain(folder.path(), revisions)?;
        let ours = measure(folder.path(), trueup, &["check", "--only", "replay"], false, RUNS)?;
        let theirs = measure(folder.path(), &alembic, &["upgrade", "head", "--sql"], false, 3)?;
        let what = format!("{revisions} revisions");
        let factor = Some(theirs.wall / ours.wall);
        rows.push(Row {
            what: format!("**{what}**: trueup check --only replay"),
            figures: ours,
            factor: None,
        });
        rows.push(Row { what: format!("{what}: alembic upgrade head --sql"), figures: theirs, factor });
    }
    for project in crate::corpus::projects::listed(&[LARGEST.to_owned()])? {
        let Ok((folder, Some(file))) = project.place() else { continue };
        let file = file.to_string_lossy().into_owned();
        let ours = measure(&folder, trueup, &["-c", &file, "check", "--only", "replay"], false, RUNS)?;
        let wall = ours.wall;
        rows.push(Row {
            what: format!("**{LARGEST}**: trueup check --only replay"),
            figures: ours,
            factor: None,
        });
        let seconds = crate::corpus::descent::upgrade_seconds(&project, Dialect::Postgresql)?;
        rows.push(Row {
            what: format!("{LARGEST}: its own env.py with real Alembic, on PostgreSQL, once"),
            figures: Figures { wall: seconds, fastest: seconds, processor: f64::NAN, memory: f64::NAN },
            factor: Some(seconds / wall),
        });
    }
    Ok(rows)
}

/// The whole `check` beside `alembic check`, on databases at head.
fn check(trueup: &Path, python: &Path) -> Result<Vec<Row>> {
    let alembic = python.with_file_name("alembic");
    let own = std::env::current_exe()?;
    let server = Postgres::try_shared().map_err(anyhow::Error::msg)?;
    let mut rows = Vec::new();
    for tables in [100, 500] {
        for is_postgres in [false, true] {
            let folder = tempfile::tempdir()?;
            let database = is_postgres.then(|| server.scratch_database());
            let url = database.as_ref().map_or_else(
                || format!("sqlite:///{}/bench.db", folder.path().display()),
                |database| database.url().to_owned(),
            );
            generate::models(folder.path(), tables, &url.replace("postgresql://", "postgresql+psycopg://"))?;
            let mut upgrade = Command::new(&alembic);
            output(upgrade.args(["upgrade", "head"]).current_dir(folder.path()))?;
            let what = format!("{tables} tables, {}", if is_postgres { "PostgreSQL" } else { "SQLite" });
            let ours = measure(folder.path(), trueup, &["check", "--database", &url], false, RUNS)?;
            let parse = measure(folder.path(), &own, &["bench-parse", "."], false, RUNS)?;
            let cold = measure(folder.path(), &alembic, &["check"], true, RUNS)?;
            let warm = measure(folder.path(), &alembic, &["check"], false, RUNS)?;
            push(
                &mut rows,
                &what,
                &ours,
                [
                    ("read and parse the files, nothing else", parse),
                    ("alembic check, no pyc", cold),
                    ("alembic check, warm", warm),
                ],
            );
        }
    }
    Ok(rows)
}

fn push(rows: &mut Vec<Row>, group: &str, ours: &Figures, others: [(&str, Figures); 3]) {
    rows.push(Row { what: format!("**{group}**: trueup check"), figures: ours.clone(), factor: None });
    for (what, figures) in others {
        let factor = Some(figures.wall / ours.wall);
        rows.push(Row { what: format!("{group}: {what}"), figures, factor });
    }
}

fn page(options: &Options, python: &PathBuf, rows: &[Row]) -> Result<String> {
    let commit =
        output(Command::new("git").args(["rev-parse", "--short", "HEAD"]).current_dir(paths::workspace()))?;
    let trueup = output(Command::new(&options.trueup).arg("--version"))?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut out = format!("# {}\n\n", options.name);
    writeln!(
        out,
        "`cargo xtask bench {}`, {cores} cores, commit {commit}, {trueup}, {}.",
        options.name,
        venv::versions(python, &["alembic", "sqlalchemy"])?
    )?;
    writeln!(
        out,
        "Medians of {}, after one that does not count; the machine was not idle, so processor time is the steadier figure.",
        if options.name == "upgrade" { upgrade::rounds() } else { format!("{RUNS} runs") }
    )?;
    writeln!(out, "The last column is the wall time in units of trueup's.\n")?;
    writeln!(out, "| command | wall ms | fastest ms | processor ms | memory MB | × |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for Row { what, figures, factor } in rows {
        let factor = factor.map_or_else(String::new, |factor| format!("{factor:.1}"));
        let Figures { wall, fastest, processor, memory } = figures;
        // What was not measured is left empty.
        let shown =
            |value: f64, digits| if value.is_nan() { String::new() } else { format!("{value:.digits$}") };
        writeln!(
            out,
            "| {what} | {} | {} | {} | {} | {factor} |",
            shown(wall * 1e3, 1),
            shown(fastest * 1e3, 1),
            shown(processor * 1e3, 1),
            shown(*memory, 0)
        )?;
    }
    Ok(out)
}

/// Reads and parses all Python files below a folder, as many at once as there are processors: the least that any
/// reader of a project must do.
pub fn parse(folder: &Path) -> Result<usize> {
    let files = trueup_project::files::with_extension(folder, &["py"]);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let chunk = files.len().div_ceil(threads).max(1);
    let count = std::thread::scope(|scope| {
        let workers: Vec<_> = files
            .chunks(chunk)
            .map(|part| {
                scope.spawn(move || {
                    let texts = part.iter().filter_map(|file| trueup_project::files::read_source(file).ok());
                    texts.map(|text| trueup_python::parse(&text).body.len()).sum::<usize>()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or(0)).sum()
    });
    Ok(count)
}

fn output(command: &mut Command) -> Result<String> {
    let output =
        command.output().with_context(|| format!("cannot run {}", command.get_program().display()))?;
    if !output.status.success() {
        bail!("{}: {}", command.get_program().display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
