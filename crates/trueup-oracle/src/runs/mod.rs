//! `runs`: what `upgrade`, `downgrade`, `stamp` and their `--sql` leave of a database, by real Alembic and by trueup.
//!
//! Random projects on a line and on graphs, with batches, raw SQL, helpers, loops and steps on rows, are run on SQLite and
//! on PostgreSQL. Both sides get the same commands on databases of their own; after each one the version table, the
//! schema as the database itself tells it and all rows must be the same, and what the one refuses the other must refuse.
//! Some commands on the second database are Alembic's, too: what one tool has begun the other one goes on with. Where the
//! two differ on purpose, the reason is recognised exactly, counted and printed.

mod command;
mod data;
mod database;
mod losses;
mod package;
mod packages;
mod postgres;
mod project;
mod purpose;
mod script;
mod shrink;
mod sides;
mod sqlite;
mod state;
mod tally;
mod trial;
mod values;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use trueup_schema::Dialect;

use crate::random::Random;
use crate::{paths, venv};
use command::Sequence;
use project::Project;
use sides::Sides;
use tally::Tally;
use trial::{Step, Subject, Trial};

/// What the command line asks for.
#[derive(Debug)]
pub struct Options {
    /// How many random projects.
    pub projects: usize,
    /// The first project's seed; the others follow.
    pub seed: u64,
    /// The program to try.
    pub trueup: PathBuf,
    /// Packages or projects of the corpus, or `all`, instead of random projects.
    pub names: Vec<String>,
}

/// Reads the command line.
///
/// # Errors
/// When an option is not understood.
pub fn options(arguments: &[String]) -> Result<Options> {
    let trueup = paths::workspace().join("target/fast/trueup");
    let mut options = Options { projects: 100, seed: 1, trueup, names: Vec::new() };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("`{argument}` wants a value"));
        match argument.as_str() {
            "--projects" => options.projects = value()?.parse()?,
            "--seed" => options.seed = value()?.parse()?,
            "--trueup" => options.trueup = value()?.into(),
            option if option.starts_with('-') => bail!("`{option}` is not understood"),
            name => options.names.push(name.to_owned()),
        }
    }
    Ok(options)
}

/// Differences of one kind that are made smaller and printed.
const SHOWN: usize = 2;

/// Runs all projects; returns whether there is no difference.
///
/// # Errors
/// When there is no Python, no server or no program.
pub fn run(options: &Options) -> Result<bool> {
    let python = venv::python("differential", &["alembic", "sqlalchemy", "psycopg[binary]"])?;
    println!("{}", venv::versions(&python, &["alembic", "sqlalchemy", "psycopg"])?);
    if !options.names.is_empty() {
        let tally = packages::run(&options.names, &options.trueup)?;
        tally.print();
        return Ok(tally.different.is_empty());
    }
    let work = Work {
        next: AtomicU64::new(options.seed),
        end: options.seed + options.projects as u64,
        python: &python,
        trueup: &options.trueup,
        tally: Mutex::default(),
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| -> Result<()> {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(|| work.projects())).collect();
        for handle in handles {
            handle.join().map_err(|_| anyhow::anyhow!("a worker panicked"))??;
        }
        Ok(())
    })?;
    let tally = work.tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    tally.print();
    println!("{} projects from seed {}", options.projects, options.seed);
    Ok(tally.different.is_empty())
}

/// What the workers share.
struct Work<'a> {
    next: AtomicU64,
    end: u64,
    python: &'a Path,
    trueup: &'a Path,
    tally: Mutex<Tally>,
}

impl Work<'_> {
    fn projects(&self) -> Result<()> {
        let mut sides = Sides::new(self.python, self.trueup)?;
        loop {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.end {
                return Ok(());
            }
            let mut random = Random::new(seed);
            for _ in 0..8 {
                random.next();
            }
            let project = Project::generate(&mut random);
            for dialect in project.dialects() {
                self.trial(seed, &project, dialect, &mut sides)
                    .with_context(|| format!("project {seed} on {}", dialect.name()))?;
            }
        }
    }

    fn trial(&self, seed: u64, project: &Project, dialect: Dialect, sides: &mut Sides) -> Result<()> {
        let mut random = Random::new(seed ^ 0x5EED);
        let graph = project.graph();
        let mut sequence = Sequence::new(&mut random);
        let mut tally = Tally { trials: 1, ..Tally::default() };
        let mut trial = Trial::new(Subject::Generated(project), dialect, sides, &mut tally)?;
        let mut found = None;
        while let Some(command) = sequence.next(&graph, &trial.state.rows, &mut random) {
            match trial.step(command)? {
                Step::Goes => {}
                Step::Ends => break,
                Step::Differs(difference) => {
                    found = Some(difference);
                    break;
                }
            }
        }
        let done = std::mem::take(&mut trial.done);
        drop(trial);
        let mut all = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        all.add(tally);
        let Some(difference) = found else { return Ok(()) };
        let before = all.different(&difference.kind);
        drop(all);
        if before < SHOWN {
            let name = format!("{seed}-{}", dialect.name());
            let (place, difference) = shrink::keep(&name, project, dialect, &done, difference, sides)?;
            let text: Vec<&str> = difference.text.lines().take(25).collect();
            println!("{}\n  {}\n  {}", place.display(), difference.kind, text.join("\n  "));
        } else {
            println!("{seed} on {}: {}", dialect.name(), difference.kind);
        }
        Ok(())
    }
}
