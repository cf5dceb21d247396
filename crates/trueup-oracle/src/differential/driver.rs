//! The Python process on the other side: it keeps Alembic imported and runs one project after the other.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};

const PROGRAM: &str = include_str!("driver.py");

pub(super) struct Driver {
    python: PathBuf,
    is_shared: bool,
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts a process for many projects that leave nothing behind.
    pub(super) fn shared(python: &Path) -> Result<Self> {
        Self::start(python, true)
    }

    /// Starts a process for one command.
    pub(super) fn single(python: &Path) -> Result<Self> {
        Self::start(python, false)
    }

    /// Begins the next command of a project, in a new process unless it is shared: on the command line each has its
    /// own, and what a library keeps (`SQLModel.metadata`) would have every table twice.
    pub(super) fn next_command(&mut self) -> Result<()> {
        if !self.is_shared {
            *self = Self::start(&self.python, false)?;
        }
        Ok(())
    }

    fn start(python: &Path, is_shared: bool) -> Result<Self> {
        let mut process = Command::new(python)
            .args(["-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run Python")?;
        let requests = process.stdin.take().context("no standard input")?;
        let answers = BufReader::new(process.stdout.take().context("no standard output")?);
        Ok(Self { python: python.to_owned(), is_shared, process, requests, answers })
    }

    /// Runs `upgrade` or `create_all` for a project; returns the error it ends with.
    pub(super) fn ask(&mut self, folder: &Path, url: &str, what: &str) -> Result<Option<String>> {
        let request = serde_json::json!({"folder": folder, "url": url, "what": what});
        writeln!(self.requests, "{request}")?;
        self.requests.flush()?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("Python ended: {}", self.process.wait()?);
        }
        let answer: serde_json::Value = serde_json::from_str(&line)?;
        Ok(answer.get("error").and_then(serde_json::Value::as_str).map(str::to_owned))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
