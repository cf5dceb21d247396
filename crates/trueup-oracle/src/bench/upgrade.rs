//! `bench upgrade`: whole upgrades of empty databases, and what a run costs that has nothing to do.
//!
//! Each database is measured with three sides in turn: trueup, real Alembic with the project's own env.py, and the
//! database's own client, which is given what `trueup upgrade heads --sql` writes: the least that any tool must send. On
//! SQLite that is a loop over the statements, in the transactions in which trueup runs them.
//! PostgreSQL runs with its own settings, so every commit waits for the disk.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use trueup_schema::Dialect;
use trueup_testkit::postgres::{Postgres, ScratchDatabase};

use super::measure::{Call, Figures, Side, in_turn};
use super::{RUNS, Row, generate, output};
use crate::corpus::projects::{self, Project};
use crate::paths;

/// Projects of the corpus whose whole histories their text proves: the client can be given nothing else.
const PROJECTS: [&str; 1] = ["dstack"];

/// Rounds of the start-up, which takes milliseconds.
const SHORT_RUNS: usize = 21;

/// Rounds of what takes seconds.
const LONG_RUNS: usize = 3;

/// Says how often what is measured.
pub(super) fn rounds() -> String {
    format!(
        "{SHORT_RUNS} runs where nothing is to do, {RUNS} of 100 revisions, {LONG_RUNS} of all that takes longer"
    )
}

/// Where upgrades are measured.
struct Bench<'a> {
    trueup: &'a Path,
    alembic: PathBuf,
    server: Postgres,
}

/// An empty database for one run; it is gone with the value.
struct Database {
    url: String,
    _scratch: Option<ScratchDatabase>,
}

/// Returns the rows of the table.
pub(super) fn rows(trueup: &Path, python: &Path) -> Result<Vec<Row>> {
    let server = Postgres::durable().map_err(anyhow::Error::msg)?;
    let bench = Bench { trueup, alembic: python.with_file_name("alembic"), server };
    let mut rows = Vec::new();
    for dialect in [Dialect::Postgresql, Dialect::Sqlite] {
        bench.idle(dialect, &mut rows)?;
        for revisions in [100, 1_000] {
            bench.generated(dialect, revisions, &mut rows)?;
        }
        for project in projects::listed(&PROJECTS.map(str::to_owned))? {
            bench.package(&project, dialect, &mut rows)?;
        }
    }
    Ok(rows)
}

impl Bench<'_> {
    /// A project of one revision on a database that has it.
    fn idle(&self, dialect: Dialect, rows: &mut Vec<Row>) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let folder = folder.path();
        generate::chain(folder, 1)?;
        let database = self.empty(dialect, folder)?;
        address(folder, dialect, &database)?;
        output(Command::new(&self.alembic).args(["upgrade", "head"]).current_dir(folder))?;
        for arguments in [&["heads"][..], &["current"], &["upgrade", "head"]] {
            let side = |program: &Path| Side {
                what: arguments.join(" "),
                call: {
                    let call = Call::new(folder, program, arguments);
                    Box::new(move || Ok(call.clone()))
                },
            };
            let mut sides = [side(self.trueup), side(&self.alembic)];
            let figures = in_turn(&mut sides, SHORT_RUNS)?;
            let group = format!("nothing to do, {}", label(dialect));
            let what = arguments.join(" ");
            push(rows, &group, [format!("trueup {what}"), format!("alembic {what}")], figures);
        }
        Ok(())
    }

    /// A generated history.
    fn generated(&self, dialect: Dialect, revisions: usize, rows: &mut Vec<Row>) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let folder = folder.path();
        generate::chain(folder, revisions)?;
        let sql = self.script(dialect, folder, &[])?;
        let kept = RefCell::new(None);
        let ready = || -> Result<String> {
            let database = self.fresh(dialect, folder, &kept)?;
            generate::address(folder, &alembic_url(dialect, &database))?;
            Ok(database)
        };
        let tool = |program: &Path| -> Result<Call> {
            ready()?;
            Ok(Call::new(folder, program, &["upgrade", "head"]))
        };
        let mut sides = [
            Side { what: "trueup upgrade head".to_owned(), call: Box::new(|| tool(self.trueup)) },
            Side {
                what: client_name(dialect).to_owned(),
                call: Box::new(|| client(dialect, folder, &ready()?, &sql)),
            },
            Side { what: "alembic upgrade head".to_owned(), call: Box::new(|| tool(&self.alembic)) },
        ];
        let runs = if revisions > 100 { LONG_RUNS } else { RUNS };
        compare(&format!("{revisions} revisions, {}", label(dialect)), &mut sides, runs, rows)
    }

    /// A real package with its own env.py.
    fn package(&self, project: &Project, dialect: Dialect, rows: &mut Vec<Row>) -> Result<()> {
        let scratch = tempfile::tempdir()?;
        let scratch = scratch.path();
        let (folder, config) = project.place()?;
        let config = config.map(|file| file.to_string_lossy().into_owned());
        let own: Vec<&str> = config.iter().flat_map(|file| ["-c", file.as_str()]).collect();
        let sql = self.script_into(dialect, &folder, &own, scratch)?;
        let kept = RefCell::new(None);
        let ready = || self.fresh(dialect, scratch, &kept);
        let mut sides = [
            Side {
                what: "trueup upgrade heads".to_owned(),
                call: Box::new(|| {
                    let url = ready()?;
                    // What Python ran would be measured as trueup's.
                    let rest = ["--database", &url, "upgrade", "heads", "--engine", "native"];
                    Ok(Call::new(&folder, self.trueup, &[&own[..], &rest].concat()))
                }),
            },
            Side {
                what: client_name(dialect).to_owned(),
                call: Box::new(|| client(dialect, scratch, &ready()?, &sql)),
            },
            Side {
                what: "alembic upgrade heads".to_owned(),
                call: Box::new(|| alembic_of(project, dialect, &ready()?, scratch)),
            },
        ];
        compare(&format!("{}, {}", project.id, label(dialect)), &mut sides, LONG_RUNS, rows)
    }

    /// Returns the address of an empty database, which takes the place of the one before.
    fn fresh(&self, dialect: Dialect, folder: &Path, kept: &RefCell<Option<Database>>) -> Result<String> {
        kept.replace(None);
        let database = self.empty(dialect, folder)?;
        let url = database.url.clone();
        kept.replace(Some(database));
        Ok(url)
    }

    fn empty(&self, dialect: Dialect, folder: &Path) -> Result<Database> {
        if dialect.is_sqlite() {
            let file = folder.join("run.db");
            for name in ["run.db", "run.db-journal", "run.db-wal", "run.db-shm"] {
                let file = folder.join(name);
                if file.exists() {
                    fs::remove_file(file)?;
                }
            }
            return Ok(Database { url: format!("sqlite:///{}", file.display()), _scratch: None });
        }
        let scratch = self.server.scratch_database();
        Ok(Database { url: scratch.url().to_owned(), _scratch: Some(scratch) })
    }

    fn script(&self, dialect: Dialect, folder: &Path, own: &[&str]) -> Result<PathBuf> {
        self.script_into(dialect, folder, own, folder)
    }

    /// Writes what the client is given.
    fn script_into(&self, dialect: Dialect, folder: &Path, own: &[&str], target: &Path) -> Result<PathBuf> {
        let mut command = Command::new(self.trueup);
        command.args(own).args(["upgrade", "heads", "--sql", "--dialect", dialect.name()]);
        let text = output(command.current_dir(folder))?;
        let file = target.join("upgrade.sql");
        fs::write(&file, if dialect.is_sqlite() { in_transactions(&text) } else { text + "\n" })?;
        Ok(file)
    }
}

/// Puts each revision into a transaction, as trueup runs it on SQLite: the text has none, as Alembic's has none.
fn in_transactions(text: &str) -> String {
    let revisions = text.split_inclusive('\n').map(|line| {
        if line.starts_with("-- Running ") {
            format!("COMMIT;\nBEGIN IMMEDIATE;\n{line}")
        } else {
            line.to_owned()
        }
    });
    format!("BEGIN IMMEDIATE;\n{}\nCOMMIT;\n", revisions.collect::<String>())
}

/// Runs a text on an SQLite file, statement by statement, with the library that trueup has built in: the distribution's
/// `sqlite3` may be built to wait for the disk less often.
pub fn run_sqlite(database: &Path, text: &Path) -> Result<()> {
    let text = fs::read_to_string(text)?;
    let connection = rusqlite::Connection::open(database)?;
    let mut batch = rusqlite::Batch::new(&connection, &text);
    while let Some(mut statement) = rusqlite::fallible_iterator::FallibleIterator::next(&mut batch)? {
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
    }
    Ok(())
}

fn compare(group: &str, sides: &mut [Side<'_>], runs: usize, rows: &mut Vec<Row>) -> Result<()> {
    let figures = in_turn(sides, runs).with_context(|| group.to_owned())?;
    push(rows, group, sides.iter().map(|side| side.what.clone()), figures);
    Ok(())
}

fn push(rows: &mut Vec<Row>, group: &str, names: impl IntoIterator<Item = String>, figures: Vec<Figures>) {
    let ours = figures.first().map_or(f64::NAN, |figures| figures.wall);
    for (at, (what, figures)) in names.into_iter().zip(figures).enumerate() {
        let factor = (at > 0).then_some(figures.wall / ours);
        let group = if at == 0 { format!("**{group}**") } else { group.to_owned() };
        rows.push(Row { what: format!("{group}: {what}"), figures, factor });
    }
}

fn label(dialect: Dialect) -> &'static str {
    if dialect.is_sqlite() { "SQLite" } else { "PostgreSQL" }
}

fn client_name(dialect: Dialect) -> &'static str {
    if dialect.is_sqlite() { "the same SQL by the same SQLite" } else { "the same SQL by psql" }
}

fn client(dialect: Dialect, folder: &Path, url: &str, sql: &Path) -> Result<Call> {
    let file = sql.to_string_lossy();
    if dialect.is_sqlite() {
        let database = url.trim_start_matches("sqlite:///");
        return Ok(Call::new(folder, &std::env::current_exe()?, &["bench-sqlite", database, &file]));
    }
    Ok(Call::new(folder, Path::new("psql"), &["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", &file, url]))
}

fn address(folder: &Path, dialect: Dialect, database: &Database) -> Result<()> {
    generate::address(folder, &alembic_url(dialect, &database.url))
}

fn alembic_url(dialect: Dialect, url: &str) -> String {
    if dialect.is_sqlite() { url.to_owned() } else { url.replace("postgresql://", "postgresql+psycopg://") }
}

/// What run.py answers.
#[derive(Deserialize)]
struct Upgrade {
    command: Vec<String>,
    environment: std::collections::BTreeMap<String, String>,
}

/// Returns how real Alembic upgrades a package's database, inside of the package's own environment.
fn alembic_of(project: &Project, dialect: Dialect, url: &str, folder: &Path) -> Result<Call> {
    let mut program = Command::new("python3");
    program.arg(paths::workspace().join("corpus/downgrades/run.py"));
    program.args(["--upgrade", &project.id, projects::short(dialect), url]);
    program.arg(paths::cache("")?).arg(folder);
    let answer: Upgrade = serde_json::from_str(&output(&mut program)?)?;
    let (python, arguments) = answer.command.split_first().context("run.py names no command")?;
    Ok(Call {
        folder: folder.to_path_buf(),
        program: python.into(),
        arguments: arguments.to_vec(),
        environment: answer.environment.into_iter().collect(),
    })
}
