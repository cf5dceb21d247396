//! `differential`: random projects in all styles, run by real Alembic and SQLAlchemy and by trueup, side by side.
//!
//! A project is either a history of revisions or a file of models. Real Alembic upgrades an empty database, or real
//! SQLAlchemy creates all tables; trueup reads the same files, and its schema is created on another empty database. Both
//! databases must describe themselves alike. What the one refuses the other must refuse, too.

mod driver;
mod folders;
pub(crate) mod histories;
mod models;
mod revisions;
mod state;
mod tables;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use trueup_project::config::{ConfigRequest, Configuration};
use trueup_project::pipelines::check::{self, CheckRequest};
use trueup_schema::{Dialect, Schema};
use trueup_testkit::postgres::{Postgres, ScratchDatabase};

use crate::corpus::{dump, sqlite};
use crate::random::Random;
use crate::{paths, venv};
use driver::Driver;
use revisions::Revision;
use state::{Flavor, State};

/// What the command line asks for.
#[derive(Debug)]
pub struct Options {
    /// How many projects.
    pub projects: usize,
    /// The first project's seed; the others follow.
    pub seed: u64,
    /// Projects on disk, to be judged instead of generated ones.
    pub folders: Vec<PathBuf>,
    /// The Python of the other side; one with Alembic and SQLAlchemy 2.0 if there is none.
    pub python: Option<PathBuf>,
}

/// A generated project.
#[derive(Clone)]
enum Project {
    History(Vec<Revision>),
    Models(String),
}

/// What came of one project on one dialect.
enum Verdict {
    Alike,
    /// Both refuse; with the other side's reason.
    Refused(String),
    Different(String),
}

/// What the workers share.
struct Shared {
    next: AtomicU64,
    end: u64,
    alike: AtomicUsize,
    /// Reasons in few words, and how often they were met.
    refused: Mutex<BTreeMap<String, usize>>,
    different: AtomicUsize,
}

/// Runs all projects; returns whether there is no difference.
pub fn run(options: &Options) -> Result<bool> {
    let python = match &options.python {
        Some(python) => python.clone(),
        None => venv::python("differential-2.0", &["alembic", "sqlalchemy<2.1", "psycopg[binary]"])?,
    };
    println!("{}", venv::versions(&python, &["alembic", "sqlalchemy"])?);
    if !options.folders.is_empty() {
        return folders::run(&options.folders, &python);
    }
    let shared = Shared {
        next: AtomicU64::new(options.seed),
        end: options.seed + options.projects as u64,
        alike: AtomicUsize::new(0),
        refused: Mutex::default(),
        different: AtomicUsize::new(0),
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| -> Result<()> {
        let spawn = |_| {
            std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, || shared.work(&python))
        };
        let handles: Vec<_> = (0..workers).map(spawn).collect::<Result<_, _>>()?;
        for handle in handles {
            handle.join().map_err(|_| anyhow::anyhow!("a worker panicked"))??;
        }
        Ok(())
    })?;
    let different = shared.different.into_inner();
    let refused = shared.refused.into_inner().unwrap_or_default();
    for (reason, count) in &refused {
        println!("refused by both, {count}: {reason}");
    }
    println!(
        "{} projects from seed {}: {} databases alike, {} refused by both, {different} different",
        options.projects,
        options.seed,
        shared.alike.into_inner(),
        refused.values().sum::<usize>(),
    );
    Ok(different == 0)
}

impl Shared {
    fn work(&self, python: &Path) -> Result<()> {
        let mut driver = Driver::shared(python)?;
        loop {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.end {
                return Ok(());
            }
            let (project, flavor) = generate(seed);
            for dialect in dialects(flavor) {
                match judge(&project, dialect, &mut driver)? {
                    Verdict::Alike => drop(self.alike.fetch_add(1, Ordering::Relaxed)),
                    Verdict::Refused(reason) => {
                        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
                        *refused.entry(reason).or_default() += 1;
                    }
                    Verdict::Different(_) => {
                        report(seed, project.clone(), dialect, &mut driver)?;
                        self.different.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
        }
    }
}

/// The first line of an error without what differs from project to project.
fn in_few_words(reason: &str) -> String {
    let line = reason.lines().next().unwrap_or_default();
    let plain = line.split(['"', '\'']).step_by(2).collect::<Vec<_>>().join("…");
    plain.chars().filter(|letter| !letter.is_ascii_digit()).take(110).collect()
}

/// Shrinks a project that differs, keeps it below `target/differential` and prints where.
fn report(seed: u64, project: Project, dialect: Dialect, driver: &mut Driver) -> Result<()> {
    let (project, what) = shrunk(project, dialect, driver)?;
    let place = paths::workspace().join("target/differential").join(format!("{seed}-{}", dialect.name()));
    write(&place, &project)?;
    fs::write(place.join("difference.txt"), &what)?;
    let head: Vec<&str> = what.lines().take(12).collect();
    println!("{}\n  {}", place.display(), head.join("\n  "));
    Ok(())
}

fn dialects(flavor: Flavor) -> Vec<Dialect> {
    let mut out = Vec::new();
    if flavor.has_sqlite() {
        out.push(Dialect::Sqlite);
    }
    if flavor.has_postgresql() {
        out.push(Dialect::Postgresql);
    }
    out
}

fn generate(seed: u64) -> (Project, Flavor) {
    let mut random = Random::new(seed);
    for _ in 0..8 {
        random.next();
    }
    let flavor = *random.pick(&[Flavor::Both, Flavor::Both, Flavor::Postgresql, Flavor::Sqlite]);
    if random.one_in(3) {
        return (Project::Models(models::models(flavor, &mut random)), flavor);
    }
    let mut state = State::new(flavor);
    let count = 1 + random.below(7);
    let history = (0..count).map(|_| revisions::revision(&mut state, &mut random)).collect();
    (Project::History(history), flavor)
}

const INI: &str =
    "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = %(here)s\npath_separator = os\n";

const ENV: &str = "from alembic import context
from sqlalchemy import create_engine, pool
try:
    from models import metadata as target_metadata
except ImportError:
    target_metadata = None

engine = create_engine(context.config.get_main_option(\"sqlalchemy.url\"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()
";

const HELPERS: &str = "import sqlalchemy as sa
from alembic import op


def timestamps(nullable=True):
    return (
        sa.Column(\"made_at\", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=nullable),
        sa.Column(\"changed_at\", sa.DateTime(timezone=True), nullable=nullable),
    )


def has_table(name):
    return name in sa.inspect(op.get_bind()).get_table_names()


def has_column(table, name):
    inspector = sa.inspect(op.get_bind())
    return any(column[\"name\"] == name for column in inspector.get_columns(table))
";

fn write(folder: &Path, project: &Project) -> Result<()> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder.join("alembic/versions"))?;
    fs::write(folder.join("alembic.ini"), INI)?;
    fs::write(folder.join("alembic/env.py"), ENV)?;
    match project {
        Project::Models(text) => fs::write(folder.join("models.py"), text)?,
        Project::History(revisions) => {
            fs::write(folder.join("helpers.py"), HELPERS)?;
            let mut down: Option<String> = None;
            for (number, revision) in revisions.iter().enumerate() {
                let id = format!("r{number:03}");
                fs::write(
                    folder.join(format!("alembic/versions/{id}_step.py")),
                    revision.text(&id, down.as_deref()),
                )?;
                down = Some(id);
            }
        }
    }
    Ok(())
}

/// Runs both sides and compares what they build; a history is then downgraded again, and compared again.
fn judge(project: &Project, dialect: Dialect, driver: &mut Driver) -> Result<Verdict> {
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("project");
    write(&root, project)?;
    let part = match project {
        Project::History(_) => Part::History,
        Project::Models(_) => Part::Models,
    };
    judge_part(part, &root, dialect, driver)
}

/// Which part of a project is compared.
#[derive(Clone, Copy)]
enum Part {
    History,
    Models,
}

fn judge_part(part: Part, root: &Path, dialect: Dialect, driver: &mut Driver) -> Result<Verdict> {
    let ours = read(part, dialect, root)?;
    let folder = tempfile::tempdir()?;
    let database = Real::new(dialect, folder.path())?;
    let what = match part {
        Part::History => "upgrade",
        Part::Models => "create_all",
    };
    let error = driver.ask(root, &database.url(), what)?;
    let verdict = compare(error, &ours, &database)?;
    let (Verdict::Alike, Some(descent)) = (&verdict, ours.descent) else { return Ok(verdict) };
    driver.next_command()?;
    let error = driver.ask(root, &database.url(), "downgrade")?;
    Ok(match compare(error, &descent, &database)? {
        Verdict::Different(what) => Verdict::Different(format!("downgrade: {what}")),
        other => other,
    })
}

fn compare(error: Option<String>, ours: &Ours, database: &Real) -> Result<Verdict> {
    match (error, &ours.problem) {
        (Some(error), Some(problem)) => {
            let (theirs, own) = (in_few_words(&error), in_few_words(problem));
            return Ok(Verdict::Refused(format!("{theirs} | {own}")));
        }
        (Some(error), None) => {
            return Ok(Verdict::Different(format!("only the other side refuses: {error}")));
        }
        (None, Some(problem)) if ours.is_refused => {
            return Ok(Verdict::Different(format!("only trueup refuses: {problem}")));
        }
        (None, _) => {}
    }
    let real = database.objects()?;
    let (built, mut differences) = database.built(&ours.schema)?;
    let found = dump::differences(&plain(real), &plain(built)).into_iter();
    differences.extend(found.filter(|found| !found.starts_with("order")));
    Ok(if differences.is_empty() { Verdict::Alike } else { Verdict::Different(differences.join("\n")) })
}

/// The database that the other side works on.
enum Real {
    Sqlite(PathBuf),
    Postgresql(ScratchDatabase),
}

impl Real {
    fn new(dialect: Dialect, folder: &Path) -> Result<Self> {
        if dialect.is_sqlite() {
            return Ok(Self::Sqlite(folder.join("real.db")));
        }
        Ok(Self::Postgresql(Postgres::try_shared().map_err(anyhow::Error::msg)?.scratch_database()))
    }

    fn url(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("sqlite:///{}", file.display()),
            Self::Postgresql(database) => {
                database.url().replacen("postgresql://", "postgresql+psycopg://", 1)
            }
        }
    }

    fn objects(&self) -> Result<dump::Objects> {
        match self {
            Self::Sqlite(file) => sqlite::objects(&rusqlite::Connection::open(file)?),
            Self::Postgresql(database) => Ok(dump::objects(&dump::dump(database.url())?)),
        }
    }

    /// Creates a schema on another database of the kind; returns its objects and what was refused.
    fn built(&self, schema: &Schema) -> Result<(dump::Objects, Vec<String>)> {
        let statements = schema.create_statements();
        if let Self::Sqlite(_) = self {
            let (connection, refused) = sqlite::create(Path::new(":memory:"), &statements)?;
            return Ok((sqlite::objects(&connection)?, refused));
        }
        let own = Postgres::try_shared().map_err(anyhow::Error::msg)?.scratch_database();
        let mut refused = Vec::new();
        for statement in statements {
            refused.extend(crate::corpus::quietly(|| own.execute(&statement)).err());
        }
        Ok((dump::objects(&dump::dump(own.url())?), refused))
    }
}

/// Objects without casts of texts to text types: a default keeps the cast that it was stored with when its column
/// gets another such type, and a list of texts in a CHECK gets other casts each time that its text is read again. No
/// one can tell but by the spelling.
pub(crate) fn plain(mut objects: dump::Objects) -> dump::Objects {
    for text in objects.values_mut() {
        for cast in ["'::text", "'::character varying", "'::bpchar"] {
            *text = text.replace(cast, "'");
        }
        let is_list = |line: &str| line.contains("= ANY (");
        let bare = |line: &str| line.replace("::text", "").replace(['(', ')', '[', ']'], "");
        let lines = text.lines().map(|line| if is_list(line) { bare(line) } else { line.to_owned() });
        *text = lines.collect::<Vec<_>>().join("\n");
    }
    objects
}

/// What trueup makes of a project.
struct Ours {
    schema: Schema,
    /// What it finds wrong with the project.
    problem: Option<String>,
    /// A server, Alembic or SQLAlchemy would not take it.
    is_refused: bool,
    /// The same after all downgrades.
    descent: Option<Box<Ours>>,
}

fn read(part: Part, dialect: Dialect, root: &Path) -> Result<Ours> {
    let request = ConfigRequest { directory: root.to_path_buf(), file: None, section: None };
    let configuration = Configuration::load(&request)?;
    let request = CheckRequest { dialect: Some(dialect), ..CheckRequest::default() };
    let built = check::build(&configuration, &request, None);
    if let Part::Models = part {
        let problem = built.model_problems.into_iter().next();
        let mut schema = built.models.unwrap_or_else(|| Schema::new(dialect));
        for done in &built.start.operations {
            // The other side runs env.py to get at the models. What env.py makes may be there with them already.
            let _ = done.operation.apply(&mut schema);
        }
        return Ok(Ours { schema, problem, is_refused: false, descent: None });
    }
    let revisions = &built.replay.revisions;
    let failure = revisions.iter().find_map(|revision| {
        let failure = revision.failures.first()?;
        Some(format!("{}: {}", revision.id, failure.message))
    });
    let unproven = revisions.iter().find_map(|revision| {
        let unproven = revision.unproven.first()?;
        Some(format!("{} is not proved: {}", revision.id, unproven.reason))
    });
    let problem = failure.or(unproven);
    let descent = built.replay.descent.map(|descent| {
        let problem = descent.ends.map(|(id, reason)| format!("{id}: {reason}"));
        Box::new(Ours { schema: descent.schema, is_refused: problem.is_some(), problem, descent: None })
    });
    Ok(Ours { schema: built.replay.schema, is_refused: problem.is_some(), problem, descent })
}

/// Takes steps away as long as the difference stays.
fn shrunk(mut project: Project, dialect: Dialect, driver: &mut Driver) -> Result<(Project, String)> {
    let Verdict::Different(mut what) = judge(&project, dialect, driver)? else {
        return Ok((project, "the difference comes and goes".to_owned()));
    };
    // Refusals are told apart by their reason, differences only by whether it is the way down.
    let kind = |what: &str| {
        let (way, rest) = what.split_once("downgrade: ").map_or(("", what), |(_, rest)| ("down ", rest));
        let reason = if rest.starts_with("only") { rest.lines().next().unwrap_or_default() } else { "" };
        format!("{way}{}", in_few_words(reason))
    };
    let first = kind(&what);
    if let Project::Models(_) = project {
        return Ok((project, what));
    }
    let mut at = 0;
    loop {
        let Project::History(revisions) = &project else { return Ok((project, what)) };
        let places: Vec<(usize, usize)> = revisions
            .iter()
            .enumerate()
            .flat_map(|(number, revision)| (0..revision.steps.len()).map(move |step| (number, step)))
            .rev()
            .collect();
        let Some(&(number, step)) = places.get(at) else { break };
        let mut fewer = revisions.clone();
        fewer[number].steps.remove(step);
        let fewer = Project::History(fewer);
        match judge(&fewer, dialect, driver)? {
            Verdict::Different(found) if kind(&found) == first => {
                (project, what) = (fewer, found);
            }
            _ => at += 1,
        }
    }
    if let Project::History(revisions) = &mut project {
        // Helpers without a step are noise, but only where nothing uses them.
        revisions.retain(|revision| !revision.steps.is_empty());
    }
    Ok((project, what))
}
