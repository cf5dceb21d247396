//! `faults`: runs of `upgrade` and `downgrade` that are killed, cut off, starved and crowded, and what is left of them.
//!
//! - `project`: the revisions that are run, `scenario`: from where to where, and what an undisturbed run leaves;
//! - `cluster`, `proxy`, `database`, `program`: what is disturbed, and where it can be stopped;
//! - `fault`: what is tried how often, `strike`: doing it;
//! - `state`, `judge`: what is left, and what the next run makes of it;
//! - `page`: the table.

mod cluster;
mod database;
mod fault;
mod judge;
mod page;
mod program;
mod project;
mod proxy;
mod scenario;
mod state;
mod strike;
mod tally;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, bail};
use trueup_schema::Dialect;

use crate::paths;
use crate::random::Random;
use cluster::Cluster;
use fault::{Case, Kind};
use scenario::{Place, Prepared};
use tally::Tally;

/// What the command line asks for.
#[derive(Debug)]
pub struct Options {
    /// Runs of the kind that is tried most; the others follow from it.
    pub runs: usize,
    /// Another seed chooses other places.
    pub seed: u64,
    /// Names of kinds; empty for all.
    pub only: Vec<String>,
    /// The program to try.
    pub trueup: PathBuf,
    /// Whether to write `docs/reliability.md`.
    pub record: bool,
}

/// Cases that run at the same time, each with a server of its own; some of them mostly wait.
const WORKERS: usize = 3;

/// Returns the names of the kinds, for the usage.
pub fn kinds() -> String {
    Kind::all().map(Kind::name).collect::<Vec<_>>().join(", ")
}

/// Runs all; returns whether nothing is wrong.
pub fn run(options: &Options) -> Result<bool> {
    let trueup = options.trueup.canonicalize().with_context(|| options.trueup.display().to_string())?;
    let cases = cases(options)?;
    println!("{} runs", cases.len());
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        let work = || Worker { trueup: &trueup, cases: &cases, next: &next, tally: &tally }.run();
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| bail!("panic")))
    })?;
    let tally = tally.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    tally.write(&paths::workspace().join("target/faults"))?;
    let page = page::page(options, &tally)?;
    println!("{}", page::table(&tally));
    if options.record {
        let file = paths::workspace().join("docs/reliability.md");
        std::fs::write(&file, page)?;
        println!("written to {}", file.display());
    }
    Ok(tally.is_fine())
}

/// Plans all runs. What a kind does follows from the seed alone, whatever other kinds are asked for.
fn cases(options: &Options) -> Result<Vec<Case>> {
    let mut kinds: Vec<Kind> = Vec::new();
    for name in &options.only {
        kinds.push(Kind::named(name).with_context(|| format!("no kind `{name}`\nhint: {}", self::kinds()))?);
    }
    if kinds.is_empty() {
        kinds.extend(Kind::all());
    }
    let mut cases = Vec::new();
    for kind in kinds {
        for dialect in [Dialect::Postgresql, Dialect::Sqlite] {
            let mut random =
                Random::new(options.seed ^ (kind as u64) << 8 ^ u64::from(dialect.is_sqlite()) << 16);
            cases.extend(fault::plan(kind, dialect, options.runs, &mut random));
        }
    }
    Ok(cases)
}

struct Worker<'a> {
    trueup: &'a Path,
    cases: &'a [Case],
    /// The first case that nobody has taken.
    next: &'a AtomicUsize,
    tally: &'a Mutex<Tally>,
}

impl Worker<'_> {
    fn run(&self) -> Result<()> {
        let memory = Path::new("/dev/shm");
        let mut builder = tempfile::Builder::new();
        let folder = builder.prefix("trueup-faults-");
        // What a killed process has written stays in any file system, and no disk is waited for here.
        let folder = if memory.is_dir() { folder.tempdir_in(memory)? } else { folder.tempdir()? };
        let needs_server = self.cases.iter().any(|case| !case.dialect.is_sqlite());
        let mut cluster = if needs_server { Some(Cluster::start()?) } else { None };
        let has_small = match &mut cluster {
            Some(cluster) => cluster.small_tablespace()?.is_some(),
            None => false,
        };
        if let Some(cluster) = &cluster {
            self.tally().server = cluster.version()?;
        }
        let place = Place { trueup: self.trueup, folder: folder.path(), cluster: cluster.as_ref() };
        let mut prepared: BTreeMap<(bool, usize), Prepared<'_>> = BTreeMap::new();
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = self.cases.get(at) else { return Ok(()) };
            let key = (case.dialect.is_sqlite(), case.scenario);
            if let std::collections::btree_map::Entry::Vacant(entry) = prepared.entry(key) {
                let scenario = scenario::all(case.dialect)[case.scenario];
                entry.insert(Prepared::make(&place, case.dialect, scenario)?);
            }
            let prepared = &prepared[&key];
            if case.kind == Kind::DiskFull && !case.dialect.is_sqlite() && !has_small {
                self.tally().skip(case);
                continue;
            }
            match strike::run(case, &format!("case_{at}"), prepared, &place) {
                Ok(Some(outcome)) => self.tally().add(case, prepared.scenario.name, outcome),
                Ok(None) => self.tally().skip(case),
                Err(error) => self.tally().fail(case, prepared.scenario.name, &error),
            }
        }
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
