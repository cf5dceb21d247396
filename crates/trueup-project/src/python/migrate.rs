//! One revision run by the project's own Alembic: for what reading its text does not prove.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::reader;

const PROGRAM: &str = include_str!("migrate.py");

/// What is asked of the project's Python.
#[derive(Debug, Serialize)]
pub struct MigrateRequest {
    /// alembic.ini, if there is one.
    pub config: Option<PathBuf>,
    /// Its section.
    pub section: String,
    /// The project's folder: an error is placed in a file below it.
    pub root: PathBuf,
    /// The folder with env.py.
    pub script_location: Option<PathBuf>,
    /// The folders with revisions.
    pub version_locations: Vec<PathBuf>,
    /// `-x` arguments.
    pub x: Vec<String>,
    /// `--tag`.
    pub tag: Option<String>,
    /// The address that the command line names, for an env.py that takes it from the configuration.
    pub url: Option<String>,
    /// What the database answers to be recognised by; see the program.
    pub identity: Vec<String>,
    /// The rows that its version table has.
    pub rows: Vec<String>,
    /// The revision.
    pub revision: String,
    /// Whether it is upgraded rather than downgraded.
    pub up: bool,
}

/// What it answers.
#[derive(Debug, Default, Deserialize)]
pub struct MigrateAnswer {
    /// It ran to its end.
    #[serde(default)]
    pub done: bool,
    /// Nothing was run, for this reason.
    pub refused: Option<String>,
    /// An exception in one line.
    pub failed: Option<String>,
    /// File and line of the project where it was raised.
    pub place: Option<(PathBuf, usize)>,
}

/// Runs a revision; takes as long as it takes.
///
/// # Errors
/// In one sentence: no such interpreter, no Alembic in it, an exception before env.py ran.
pub fn migrate(python: &Path, request: &MigrateRequest) -> Result<MigrateAnswer, String> {
    let shown = python.display();
    let mut child = Command::new(python)
        .args(["-c", PROGRAM])
        .current_dir(&request.root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run `{shown}`: {error}"))?;
    let text = serde_json::to_vec(request).map_err(|error| error.to_string())?;
    if let Some(mut input) = child.stdin.take() {
        // A process that ends before it reads says why on its standard error.
        let _ = input.write_all(&text);
    }
    let output = reader(child.stdout.take());
    let errors = reader(child.stderr.take());
    let status = child.wait().map_err(|error| format!("`{shown}`: {error}"))?;
    let (output, errors) = (output.join().unwrap_or_default(), errors.join().unwrap_or_default());
    if !status.success() {
        let last = errors.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no message");
        return Err(format!("`{shown}` ended with {status}: {}", last.trim()));
    }
    serde_json::from_str(&output)
        .map_err(|error| format!("`{shown}` gave an answer that is not understood: {error}"))
}
