//! The project's own Python, where the user asks for it: `--engine`, `--models import`.
//!
//! Everything else reads the project as text. Here its code runs: real Alembic executes revisions offline and tells their
//! SQL, real SQLAlchemy tells what `create_all` would send; no database is connected to. Only `migrate` runs a revision on
//! a database, for `upgrade` and `downgrade`.

mod migrate;

pub use migrate::{MigrateAnswer, MigrateRequest, migrate};

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

const PROGRAM: &str = include_str!("python/record.py");

/// How long the project's code may take. Importing a large application takes seconds; what takes minutes hangs.
const PATIENCE: Duration = Duration::from_mins(2);

/// What is asked of the project's Python.
#[derive(Debug, Serialize)]
pub struct Request {
    /// alembic.ini, if there is one.
    pub config: Option<PathBuf>,
    /// Its section.
    pub section: String,
    /// The folder with env.py.
    pub script_location: Option<PathBuf>,
    /// The folders with revisions.
    pub version_locations: Vec<PathBuf>,
    /// `postgresql` or `sqlite`.
    pub dialect: &'static str,
    /// Templates of the naming convention by kind.
    pub naming_convention: BTreeMap<String, String>,
    /// Revisions whose SQL is wanted.
    pub revisions: Vec<String>,
    /// Whether the models are wanted.
    pub models: bool,
}

/// What it answers.
#[derive(Debug, Default, Deserialize)]
pub struct Answer {
    /// By revision.
    pub revisions: BTreeMap<String, Recorded>,
    /// What `create_all` would send.
    pub models: Option<Recorded>,
}

/// Statements, or why there are none.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Recorded {
    /// SQL in order.
    Statements(Vec<String>),
    /// An exception in one line.
    Error(String),
}

/// Returns the interpreter of a project: its virtual environment, else the one on the path.
pub fn interpreter(root: &Path, environment: &[(String, String)]) -> PathBuf {
    let active =
        environment.iter().find(|(name, _)| name == "VIRTUAL_ENV").map(|(_, value)| PathBuf::from(value));
    let folders = active.into_iter().chain([".venv", "venv"].map(|name| root.join(name)));
    let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let found = folders.map(|folder| folder.join(inside)).find(|file| file.is_file());
    found.unwrap_or_else(|| PathBuf::from("python3"))
}

/// Runs the request in the project's folder.
///
/// # Errors
/// In one sentence: no such interpreter, no Alembic in it, an exception before the first revision, no answer in time.
pub fn ask(python: &Path, root: &Path, request: &Request) -> Result<Answer, String> {
    let shown = python.display();
    let mut child = Command::new(python)
        .args(["-c", PROGRAM])
        .current_dir(root)
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
    let status = wait(&mut child).map_err(|error| format!("`{shown}`: {error}"))?;
    let (output, errors) = (output.join().unwrap_or_default(), errors.join().unwrap_or_default());
    let Some(status) = status else {
        return Err(format!("`{shown}` gave no answer within {} seconds and was ended", PATIENCE.as_secs()));
    };
    if !status.success() {
        let last = errors.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no message");
        return Err(format!("`{shown}` ended with {status}: {}", last.trim()));
    }
    serde_json::from_str(&output)
        .map_err(|error| format!("`{shown}` gave an answer that is not understood: {error}"))
}

fn reader(pipe: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Waits for the end; `None` when it did not come in time.
fn wait(child: &mut Child) -> std::io::Result<Option<std::process::ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request {
            config: None,
            section: "alembic".to_owned(),
            script_location: None,
            version_locations: Vec::new(),
            dialect: "sqlite",
            naming_convention: BTreeMap::new(),
            revisions: vec!["a".to_owned()],
            models: false,
        }
    }

    #[test]
    fn a_missing_interpreter_is_named() {
        let error = ask(Path::new("/nowhere/python"), Path::new("."), &request()).expect_err("there is none");
        assert!(error.contains("`/nowhere/python`"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn what_goes_wrong_is_told_in_one_line() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, format!("#!/bin/sh\n{text}\n")).expect("written");
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("made executable");
            file
        };
        let failing = script(
            "failing",
            "echo Traceback >&2; echo \"ModuleNotFoundError: No module named 'alembic'\" >&2; exit 1",
        );
        let error = ask(&failing, folder.path(), &request()).expect_err("it fails");
        assert!(error.ends_with("ModuleNotFoundError: No module named 'alembic'"), "{error}");
        let garbled = script("garbled", "echo nonsense");
        let error = ask(&garbled, folder.path(), &request()).expect_err("no JSON");
        assert!(error.contains("not understood"), "{error}");
        let good = script(
            "good",
            "echo '{\"revisions\": {\"a\": {\"statements\": [\"CREATE TABLE t (id INTEGER)\"]}}}'",
        );
        let answer = ask(&good, folder.path(), &request()).expect("an answer");
        assert!(matches!(&answer.revisions["a"], Recorded::Statements(sent) if sent.len() == 1));
    }

    #[test]
    fn the_virtual_environment_of_the_project_comes_first() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(interpreter(folder.path(), &[]), PathBuf::from("python3"));
        let python = folder.path().join(".venv/bin/python");
        std::fs::create_dir_all(python.parent().expect("it has one")).expect("made");
        std::fs::write(&python, "").expect("written");
        assert_eq!(interpreter(folder.path(), &[]), python);
    }
}
