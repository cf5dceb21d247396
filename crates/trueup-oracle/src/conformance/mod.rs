//! `conformance`: pairs of database states that other tools test themselves on, planned, applied and compared.
//!
//! Each case has two states, `a` and `b`. Both are built on fresh databases of a real server and inspected; the difference
//! is applied to `a`, and the server's own description of the result must be that of a fresh `b`, up to the order of
//! columns. Reading it again must leave nothing to do, rows must survive, and then the way back is gone likewise.
//!
//! The cases are read from a folder and never become part of the repository: one JSON object a line, one file a suite.

mod case;
mod postgres;
mod ratchet;
mod sqlite;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};

use case::Case;

/// How many cases are tried at a time.
const WORKERS: usize = 3;

/// What the command line asks for.
#[derive(Debug, Default)]
pub struct Options {
    /// The folder with the cases.
    pub cases: PathBuf,
    /// Suites; empty for all.
    pub suites: Vec<String>,
    /// Only the cases on these lines of their file, beginning with one; they are told in full.
    pub only: Vec<usize>,
    /// Record the failures.
    pub update: bool,
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is as it must be.
    Passed,
    /// The cause in one line, and all about it.
    Failed { cause: String, details: String },
    /// Why it was not tried.
    Skipped(String),
}

impl Outcome {
    pub(crate) fn failed(cause: impl Into<String>, details: impl Into<String>) -> Self {
        Self::Failed { cause: one_line(&cause.into()), details: details.into() }
    }
}

/// Runs the suites; returns whether everything fails that is recorded to fail, and nothing else.
pub fn run(options: &Options) -> Result<bool> {
    let suites = case::suites(&options.cases, &options.suites)?;
    let mut failures = ratchet::Failures::new();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    for (suite, mut cases) in suites {
        if !options.only.is_empty() {
            cases.retain(|case| options.only.contains(&case.line));
        }
        let outcomes = all(&cases);
        told(&suite, &cases, &outcomes, !options.only.is_empty());
        let failed = cases.iter().zip(&outcomes).filter_map(|(case, outcome)| match outcome {
            Outcome::Failed { cause, .. } => Some((case.title(), cause.clone())),
            _ => None,
        });
        failures.insert(suite, failed.collect());
    }
    std::panic::set_hook(hook);
    if !options.only.is_empty() {
        return Ok(failures.values().all(BTreeMap::is_empty));
    }
    ratchet::settle(&failures, options.update)
}

/// Tries all cases, a few at a time; those with roles one after the other, because roles belong to the whole server.
fn all(cases: &[Case]) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let roles = Mutex::new(());
    let outcomes: Vec<Mutex<Option<Outcome>>> = cases.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(at) else { return };
                    let alone =
                        case.has_roles().then(|| roles.lock().unwrap_or_else(PoisonError::into_inner));
                    let outcome = one(case);
                    drop(alone);
                    *outcomes[at].lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
                }
            });
        }
    });
    let taken = outcomes.into_iter().map(|outcome| outcome.into_inner().ok().flatten());
    taken.map(|outcome| outcome.unwrap_or_else(|| Outcome::failed("not tried", ""))).collect()
}

fn one(case: &Case) -> Outcome {
    let tried = catch_unwind(AssertUnwindSafe(|| {
        if case.is_sqlite() { sqlite::tried(case) } else { postgres::tried(case) }
    }));
    match tried {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => Outcome::failed(format!("cannot be tried: {error:#}"), ""),
        Err(payload) => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            Outcome::failed(format!("panic: {}", text.unwrap_or_default()), "")
        }
    }
}

/// Prints what became of a suite.
fn told(suite: &str, cases: &[Case], outcomes: &[Outcome], is_verbose: bool) {
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut passed, mut failed) = (0, 0);
    for (case, outcome) in cases.iter().zip(outcomes) {
        match outcome {
            Outcome::Passed => passed += 1,
            Outcome::Skipped(reason) => *skipped.entry(reason).or_default() += 1,
            Outcome::Failed { cause, details } => {
                failed += 1;
                println!("  {} (line {}): {cause}", case.title(), case.line);
                if is_verbose {
                    details.lines().for_each(|line| println!("    {line}"));
                }
            }
        }
    }
    for (reason, count) in &skipped {
        println!("  skipped {count}: {reason}");
    }
    println!("{suite}: {passed} passed, {failed} failed, {} skipped", skipped.values().sum::<usize>());
}

/// Folds white space and cuts a text that is long.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect()
}

/// Reads a file of cases, or says which one cannot be read.
fn read(path: &std::path::Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
