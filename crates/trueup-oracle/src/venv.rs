//! A Python with real Alembic, for the other side of comparisons.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::paths;

/// Returns the Python of a virtual environment in the cache that has the packages; makes it when it is not there.
pub fn python(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = paths::cache("venv")?.join(name);
    let python = folder.join("bin/python");
    let done = folder.join(".complete");
    if done.is_file() {
        return Ok(python);
    }
    eprintln!("making a virtual environment with {} in {}", packages.join(", "), folder.display());
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages);
    run(&mut pip)?;
    std::fs::write(&done, packages.join("\n"))?;
    Ok(python)
}

/// Returns the versions of Python and of some packages, for the head of a table of results.
pub fn versions(python: &PathBuf, packages: &[&str]) -> Result<String> {
    let program = "import sys,importlib.metadata as m\nprint('Python',sys.version.split()[0],*[f'{n} {m.version(n)}' for n in sys.argv[1:]])";
    let output = Command::new(python).args(["-c", program]).args(packages).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    if !status.success() {
        bail!("{} failed ({status})", command.get_program().display());
    }
    Ok(())
}

/// A Python program that answers every line of JSON with a line of JSON; it keeps its imports from one to the next.
pub(crate) struct Conversation {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Conversation {
    /// Starts the program; what it writes to standard error goes to `errors`.
    pub(crate) fn start(python: &Path, program: &str, errors: Stdio) -> Result<Self> {
        let mut process = Command::new(python)
            .args(["-c", program])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .context("cannot run Python")?;
        let requests = process.stdin.take().context("no standard input")?;
        let answers = BufReader::new(process.stdout.take().context("no standard output")?);
        Ok(Self { process, requests, answers })
    }

    /// Returns the answer to a request.
    pub(crate) fn ask(&mut self, request: &Value) -> Result<Value> {
        writeln!(self.requests, "{request}")?;
        self.requests.flush()?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("Python ended: {}", self.process.wait()?);
        }
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
