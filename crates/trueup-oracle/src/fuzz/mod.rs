//! `fuzz`: hands mutated texts to every reader and keeps what makes one panic, hang or eat memory.
//!
//! Each target runs in a process of its own, because a stack overflow cannot be caught. What fails is made smaller,
//! saved below `fuzz/failures/` and told once per place. A mended failure moves to `fuzz/regressions/<target>/`, which
//! every test run executes.

mod minimise;
mod mutate;
mod seeds;
pub mod targets;
pub mod worker;

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};

use crate::paths;

/// One process runs at most this long before the next target has its turn.
const TURN: Duration = Duration::from_secs(30);

/// What the command line asks for.
#[derive(Debug)]
pub struct Options {
    /// How long in all.
    pub duration: Duration,
    /// Which targets; empty for all.
    pub targets: Vec<String>,
    /// The first seed; the clock gives one when absent.
    pub seed: Option<u64>,
}

/// What a target has met so far.
#[derive(Debug, Default)]
struct Tally {
    cases: u64,
    time: Duration,
    /// Where something went wrong, with the number of times.
    failures: BTreeMap<String, u64>,
}

/// Fuzzes for the given time and returns whether nothing failed.
pub fn run(options: &Options) -> Result<bool> {
    let targets = chosen(&options.targets)?;
    let folder = tempfile::tempdir()?;
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let mut seed = options.seed.unwrap_or(clock);
    println!("seed {seed}, {} targets, {} s", targets.len(), options.duration.as_secs());
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let started = Instant::now();
    'time: loop {
        for target in &targets {
            let Some(left) = options.duration.checked_sub(started.elapsed()).filter(|left| !left.is_zero())
            else {
                break 'time;
            };
            let tally = tallies.entry(target).or_default();
            turn(target, left.min(TURN), seed, folder.path(), tally)?;
            seed += 1;
        }
    }
    Ok(summary(&tallies))
}

fn chosen(names: &[String]) -> Result<Vec<&'static str>> {
    let all: Vec<&str> = targets::TARGETS.iter().map(|target| target.name).collect();
    for name in names {
        if !all.contains(&name.as_str()) {
            bail!("no target `{name}`\nhint: there are {}", all.join(", "));
        }
    }
    Ok(all.into_iter().filter(|name| names.is_empty() || names.iter().any(|wanted| wanted == name)).collect())
}

/// Gives one target its turn: processes until the time is over.
fn turn(target: &str, duration: Duration, seed: u64, folder: &Path, tally: &mut Tally) -> Result<()> {
    let started = Instant::now();
    let mut round = 0;
    while let Some(left) = duration.checked_sub(started.elapsed()).filter(|left| left.as_millis() > 500) {
        for name in ["current", "panic", "report"] {
            let _ = fs::remove_file(folder.join(name));
        }
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["fuzz-worker", target, &left.as_millis().to_string()]);
        command.arg(seed.wrapping_mul(1_000).wrapping_add(round).to_string()).arg(folder);
        command.args(tally.failures.keys());
        let status = command.status().context("cannot start the worker")?;
        round += 1;
        if let Ok(report) = fs::read_to_string(folder.join("report")) {
            let mut numbers = report.split(' ').filter_map(|number| number.parse::<u64>().ok());
            tally.cases += numbers.next().unwrap_or(0);
        }
        if !status.success() {
            let panic = fs::read_to_string(folder.join("panic")).unwrap_or_default();
            let input = fs::read(folder.join("current")).context("the worker left no input")?;
            failed(target, &input, &kind(status.code()), panic.trim(), tally)?;
        }
    }
    tally.time += started.elapsed();
    Ok(())
}

/// Says in a word how a worker ended.
fn kind(code: Option<i32>) -> String {
    let known = [
        (worker::PANICKED, "panic"),
        (worker::SLOW_CASE, "slow"),
        (worker::HUNG, "hang"),
        (worker::EXHAUSTED, "memory"),
    ];
    let word = known.iter().find(|(known, _)| code == Some(i32::from(*known)));
    word.map_or_else(|| "crash".to_owned(), |(_, word)| (*word).to_owned())
}

/// Tells about a failure when it is new, and saves a small input.
fn failed(target: &str, input: &[u8], kind: &str, panic: &str, tally: &mut Tally) -> Result<()> {
    let place = panic.split('\t').next().unwrap_or_default();
    let key = if place.is_empty() { kind.to_owned() } else { place.to_owned() };
    let count = tally.failures.entry(key).or_default();
    *count += 1;
    // Slow or crashing inputs have no place to tell them apart; a few of them show the pattern.
    if *count > 5 {
        return Ok(());
    }
    let small = minimise::minimise(target, input, kind, place)?;
    let mut hasher = DefaultHasher::new();
    small.hash(&mut hasher);
    let file = failures().join(format!("{target}-{kind}-{:08x}", hasher.finish() as u32));
    fs::create_dir_all(failures())?;
    fs::write(&file, &small)?;
    println!("{target}: {kind} {panic}\n  {} bytes in {}", small.len(), file.display());
    println!("  {}", String::from_utf8_lossy(&small).chars().take(160).collect::<String>().escape_debug());
    Ok(())
}

fn failures() -> PathBuf {
    paths::workspace().join("fuzz/failures")
}

fn summary(tallies: &BTreeMap<&str, Tally>) -> bool {
    println!();
    for (target, tally) in tallies {
        let seconds = tally.time.as_secs_f64();
        let rate = tally.cases as f64 / seconds.max(0.001);
        let failures = tally.failures.len();
        println!(
            "{target:12} {:>9} cases {seconds:>7.0} s {rate:>8.0}/s {failures:>3} kinds of failure",
            tally.cases
        );
    }
    tallies.values().all(|tally| tally.failures.is_empty())
}
