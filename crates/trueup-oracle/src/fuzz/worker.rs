//! The process that runs cases: it may die, and whoever started it reads why.
//!
//! Before each case the input is written to a file, so that not even a stack overflow loses it. A second thread ends the
//! process when a case runs too long or takes too much memory; a panic ends it too, unless its place is known already.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::mutate::mutate;
use super::targets::{self, Target};
use crate::random::Random;

/// A case that takes longer is reported.
pub const SLOW: Duration = Duration::from_secs(2);
/// A case that takes longer hangs.
const HANGING: Duration = Duration::from_secs(12);
/// A case that takes more than this exhausts memory.
const MEMORY_BYTES: u64 = 700_000_000;
/// Stack of the thread that runs cases: what the command line gives its own.
const STACK_BYTES: usize = 256 * 1024 * 1024;

/// How a worker ends, beside 0.
pub const PANICKED: u8 = 101;
/// See [`PANICKED`].
pub const SLOW_CASE: u8 = 102;
/// See [`PANICKED`].
pub const HUNG: u8 = 103;
/// See [`PANICKED`].
pub const EXHAUSTED: u8 = 104;

/// What a worker is to do.
pub struct Work {
    /// The target's name.
    pub target: String,
    /// How long.
    pub duration: Duration,
    /// Where the sequence of cases begins.
    pub seed: u64,
    /// Where the current input and the report go.
    pub folder: PathBuf,
    /// Places of panics that are known: they are counted, and the run goes on.
    pub known: Vec<String>,
}

/// The last panic of this process: its place and its message.
static LAST_PANIC: Mutex<Option<(String, String)>> = Mutex::new(None);

/// Runs cases until the time is over or one of them fails.
pub fn run(work: &Work) -> Result<ExitCode> {
    let target = targets::find(&work.target).context("no such target")?;
    record_panics();
    let pool = pool(target)?;
    let watch = Watch::start();
    let finished = on_large_stack(|| cases(work, target, &pool, &watch));
    targets::clean();
    Ok(finished)
}

/// Runs one input; the exit code says how it ended.
pub fn run_case(name: &str, file: &Path) -> Result<ExitCode> {
    let target = targets::find(name).context("no such target")?;
    let bytes = fs::read(file).with_context(|| file.display().to_string())?;
    record_panics();
    let watch = Watch::start();
    let code = on_large_stack(|| {
        watch.begin();
        let started = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes)));
        watch.end();
        match outcome {
            Err(_) => {
                let (place, message) = last_panic();
                println!("{place}\t{message}");
                ExitCode::from(PANICKED)
            }
            Ok(()) if started.elapsed() > SLOW => ExitCode::from(SLOW_CASE),
            Ok(()) => ExitCode::SUCCESS,
        }
    });
    targets::clean();
    Ok(code)
}

fn pool(target: &Target) -> Result<Vec<Vec<u8>>> {
    let pool = (target.seeds)();
    anyhow::ensure!(!pool.is_empty(), "`{}` has no seeds", target.name);
    Ok(pool)
}

fn cases(work: &Work, target: &Target, pool: &[Vec<u8>], watch: &Watch) -> ExitCode {
    let mut random = Random::new(work.seed);
    let (started, mut count, mut known) = (Instant::now(), 0_u64, BTreeMap::<String, u64>::new());
    let mut code = ExitCode::SUCCESS;
    while started.elapsed() < work.duration {
        let input = mutate(&mut random, pool, target.dictionary);
        // Losing an input is worse than a microsecond; when the disk is full there is nothing to be done.
        let _ = fs::write(work.folder.join("current"), &input);
        watch.begin();
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        watch.end();
        count += 1;
        if outcome.is_err() {
            let (place, message) = last_panic();
            if work.known.contains(&place) {
                *known.entry(place).or_default() += 1;
                continue;
            }
            let _ = fs::write(work.folder.join("panic"), format!("{place}\t{message}"));
            code = ExitCode::from(PANICKED);
            break;
        }
        if began.elapsed() > SLOW {
            code = ExitCode::from(SLOW_CASE);
            break;
        }
    }
    let known: u64 = known.values().sum();
    let _ = fs::write(work.folder.join("report"), format!("{count} {known}"));
    code
}

/// Runs on a thread with the stack that the command line gives its own.
fn on_large_stack(body: impl FnOnce() -> ExitCode + Send) -> ExitCode {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, body);
        worker.ok().and_then(|worker| worker.join().ok()).unwrap_or(ExitCode::from(PANICKED))
    })
}

/// Keeps the place of a panic instead of printing it: a run may meet thousands.
fn record_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let message = info.payload_as_str().unwrap_or("a panic without a text").to_owned();
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = Some((place, message));
        }
    }));
}

fn last_panic() -> (String, String) {
    LAST_PANIC.lock().ok().and_then(|mut last| last.take()).unwrap_or_default()
}

/// Ends the process when a case takes too long or too much.
struct Watch {
    /// Milliseconds since the start plus one while a case runs, else zero.
    began: Arc<AtomicU64>,
    /// Memory in use when the case began: what earlier cases have left behind is not its doing.
    before: Arc<AtomicU64>,
    origin: Instant,
}

impl Watch {
    fn start() -> Self {
        let watch = Self { began: Arc::default(), before: Arc::default(), origin: Instant::now() };
        let (began, before, origin) = (watch.began.clone(), watch.before.clone(), watch.origin);
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_millis(25));
                let since = began.load(Ordering::Relaxed);
                if since == 0 {
                    continue;
                }
                if origin.elapsed().saturating_sub(Duration::from_millis(since)) > HANGING {
                    leave(HUNG);
                }
                let limit = before.load(Ordering::Relaxed).saturating_add(MEMORY_BYTES);
                if resident_bytes().is_some_and(|bytes| bytes > limit) {
                    leave(EXHAUSTED);
                }
            }
        });
        watch
    }

    fn begin(&self) {
        self.before.store(resident_bytes().unwrap_or(0), Ordering::Relaxed);
        self.began.store(self.origin.elapsed().as_millis() as u64 + 1, Ordering::Relaxed);
    }

    fn end(&self) {
        self.began.store(0, Ordering::Relaxed);
    }
}

#[expect(clippy::exit, reason = "the other thread cannot be stopped in any other way")]
fn leave(code: u8) {
    std::process::exit(code.into());
}

/// Memory in use; `None` where there is no `/proc`, and then memory is not watched.
fn resident_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
