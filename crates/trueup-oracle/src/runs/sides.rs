//! The two sides: real Alembic in a process that stays, and the program, started for each command.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::command::By;
use crate::venv::Conversation;

const PROGRAM: &str = include_str!("alembic.py");

/// Both sides.
pub(super) struct Sides {
    python: PathBuf,
    trueup: PathBuf,
    alembic: Conversation,
}

/// What one side made of a command line.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) is_ok: bool,
    /// Standard output; a script, or what `current` prints.
    pub(super) output: String,
    /// Why it was refused.
    pub(super) error: String,
    /// Alembic: statements that drop or alter something.
    pub(super) sent: Vec<String>,
    /// trueup: the exit code.
    pub(super) code: i32,
    /// trueup: revisions of which Python has run some.
    pub(super) has_delegated: bool,
    /// trueup: hazards have to be allowed.
    pub(super) has_hazards: bool,
}

impl Sides {
    pub(super) fn new(python: &Path, trueup: &Path) -> Result<Self> {
        let alembic = Conversation::start(python, PROGRAM, Stdio::null())?;
        Ok(Self { python: python.to_owned(), trueup: trueup.to_owned(), alembic })
    }

    /// Runs a command line by Alembic.
    pub(super) fn alembic(&mut self, root: &Path, url: &str, words: &[String]) -> Result<Answer> {
        let answer = self.alembic.ask(&json!({"folder": root, "url": url, "words": words}))?;
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        let sent = answer["sent"].as_array().into_iter().flatten();
        Ok(Answer {
            is_ok: answer["ok"] == true,
            output: text("out"),
            error: text("error"),
            sent: sent.filter_map(Value::as_str).map(str::to_owned).collect(),
            ..Answer::default()
        })
    }

    /// Runs a command line by trueup.
    pub(super) fn trueup(&self, root: &Path, place: &[&str], words: &[String], by: By) -> Result<Answer> {
        let mut program = Command::new(&self.trueup);
        program.arg("-C").arg(root).args(place).args(words);
        if words[0] == "stamp" && !words.iter().any(|word| word == "--sql") {
            program.arg("--force");
        }
        let is_run = matches!(words[0].as_str(), "upgrade" | "downgrade");
        if is_run {
            let engine = match by {
                By::Native => "native",
                By::Python => "alembic",
                By::Auto | By::Alembic => "auto",
            };
            program.args(["--engine", engine, "--python"]).arg(&self.python);
        }
        program.env_remove("DATABASE_URL").env_remove("TRUEUP_DATABASE_URL");
        let output = program.output().context("cannot run trueup")?;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        let has_delegated = error.contains("by the project's own Python: ");
        Ok(Answer {
            is_ok: output.status.success(),
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            error,
            sent: Vec::new(),
            code: output.status.code().unwrap_or(-1),
            has_delegated,
            has_hazards: words.iter().any(|word| word == "--allow"),
        })
    }
}

impl Answer {
    /// The sentence that says why it was refused.
    pub(super) fn reason(&self) -> String {
        let mut lines = self.error.lines();
        let told = lines.clone().find_map(|line| line.strip_prefix("error: "));
        told.or_else(|| lines.next()).unwrap_or_default().to_owned()
    }

    /// Whether trueup wants a yes before rows are dropped.
    pub(super) fn is_loss_refused(&self) -> bool {
        self.code == 4 && self.error.contains("`--allow data-loss`")
    }

    /// Whether trueup alone would not run it.
    pub(super) fn is_unproven(&self) -> bool {
        self.code == 4 && self.error.contains("--engine auto")
            || self.code == 4 && self.error.contains("cannot be written down without its database")
    }
}
