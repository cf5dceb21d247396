//! Measures commands: wall time, processor time, memory.

use std::path::Path;
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
start = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
wall = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"wall": wall, "processor": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024, "code": code}))
"#;

/// Runs a command several times after one run that does not count.
pub(crate) fn measure(
    folder: &Path,
    program: &Path,
    arguments: &[&str],
    without_pyc: bool,
    runs: usize,
) -> Result<Figures> {
    let mut all = Vec::new();
    for number in 0..=runs {
        let mut command = Command::new("python3");
        command.args(["-c", PROGRAM]).arg(program).args(arguments).current_dir(folder);
        if without_pyc {
            command.env("PYTHONDONTWRITEBYTECODE", "1");
        }
        let output = command.output().context("cannot run python3")?;
        let run: Run = serde_json::from_slice(&output.stdout).context("no measurement")?;
        // Findings are an answer too; everything else means that something else was measured.
        if !(0..=1).contains(&run.code) {
            bail!("{} {} ended with {}", program.display(), arguments.join(" "), run.code);
        }
        if number > 0 {
            all.push(run);
        }
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Ok(Figures {
        wall: median(all.iter().map(|run| run.wall).collect()),
        fastest: all.iter().map(|run| run.wall).fold(f64::INFINITY, f64::min),
        processor: median(all.iter().map(|run| run.processor).collect()),
        memory: median(all.iter().map(|run| run.memory).collect()),
    })
}
