//! Measures commands: wall time, processor time, memory.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

/// What one command took: medians of several runs.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    /// Wall time in seconds.
    pub(crate) wall: f64,
    /// Shortest wall time in seconds.
    pub(crate) fastest: f64,
    /// User and system time in seconds.
    pub(crate) processor: f64,
    /// Largest resident memory in megabytes.
    pub(crate) memory: f64,
}

#[derive(Deserialize)]
struct Run {
    wall: f64,
    processor: f64,
    memory: f64,
    code: i32,
}

/// Python knows what children have used; every run has a waiting parent of its own.
const PROGRAM: &str = r#"
import json, resource, subprocess, sys, time
before = resource.getrusage(resource.RUSAGE_CHILDREN)
start = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
wall = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"wall": wall, "processor": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime, "memory": used.ru_maxrss / 1024, "code": code}))
"#;

/// One of several commands that are measured beside each other.
pub(crate) struct Side<'a> {
    /// What the table calls it.
    pub(crate) what: String,
    /// Makes everything ready for one run, such as an empty database, and returns the run.
    pub(crate) call: Box<dyn FnMut() -> Result<Call> + 'a>,
}

/// One run of a command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    /// Where it runs.
    pub(crate) folder: PathBuf,
    /// The program.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) arguments: Vec<String>,
    /// Variables beside those of this process.
    pub(crate) environment: Vec<(String, String)>,
}

impl Call {
    /// A command with arguments.
    pub(crate) fn new(folder: &Path, program: &Path, arguments: &[&str]) -> Self {
        Self {
            folder: folder.to_path_buf(),
            program: program.to_path_buf(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            environment: Vec::new(),
        }
    }

    /// Runs it once; an exit code that is not wanted means that something else was measured.
    fn measured(&self, wanted: &[i32]) -> Result<Run> {
        let mut command = Command::new("python3");
        command.args(["-c", PROGRAM]).arg(&self.program).args(&self.arguments).current_dir(&self.folder);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let output = command.output().context("cannot run python3")?;
        let run: Run = serde_json::from_slice(&output.stdout).context("no measurement")?;
        if !wanted.contains(&run.code) {
            let words = self.arguments.join(" ");
            bail!("{} {words} ended with {}, in {}", self.program.display(), run.code, self.folder.display());
        }
        Ok(run)
    }
}

/// Runs a command several times after one run that does not count.
pub(crate) fn measure(
    folder: &Path,
    program: &Path,
    arguments: &[&str],
    without_pyc: bool,
    runs: usize,
) -> Result<Figures> {
    let mut call = Call::new(folder, program, arguments);
    if without_pyc {
        call.environment.push(("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned()));
    }
    // Findings are an answer too.
    let all = (0..=runs).map(|_| call.measured(&[0, 1])).collect::<Result<Vec<_>>>()?;
    Ok(Figures::of(&all[1..]))
}

/// Runs commands in turn, so that what else the machine does meets all of them; the first round does not count.
pub(crate) fn in_turn(sides: &mut [Side<'_>], runs: usize) -> Result<Vec<Figures>> {
    let mut all: Vec<Vec<Run>> = sides.iter().map(|_| Vec::new()).collect();
    for round in 0..=runs {
        for (side, kept) in sides.iter_mut().zip(&mut all) {
            let run = (side.call)()?.measured(&[0]).with_context(|| side.what.clone())?;
            if round > 0 {
                kept.push(run);
            }
        }
    }
    Ok(all.iter().map(|runs| Figures::of(runs)).collect())
}

impl Figures {
    fn of(runs: &[Run]) -> Self {
        let median = |figure: fn(&Run) -> f64| {
            let mut values: Vec<f64> = runs.iter().map(figure).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
        };
        Self {
            wall: median(|run| run.wall),
            fastest: runs.iter().map(|run| run.wall).fold(f64::INFINITY, f64::min),
            processor: median(|run| run.processor),
            memory: median(|run| run.memory),
        }
    }
}
