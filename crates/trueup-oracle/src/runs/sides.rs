//! The two sides: real Alembic in a process that stays, and the program, started for each command.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use trueup_schema::Dialect;

use super::command::By;
use super::database::Database;
use super::package::Package;
use crate::venv::Conversation;

const PROGRAM: &str = include_str!("alembic.py");

/// Both sides.
pub(super) struct Sides {
    /// The Python that trueup may use.
    python: PathBuf,
    trueup: PathBuf,
    alembic: Alembic,
    dialect: Dialect,
}

/// How real Alembic is driven.
enum Alembic {
    /// A process that stays, for projects that leave nothing behind.
    Shared(Conversation),
    /// A process for each command, with the package's own settings.
    Package(Package),
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
}

impl Sides {
    pub(super) fn new(python: &Path, trueup: &Path) -> Result<Self> {
        let alembic = Alembic::Shared(Conversation::start(python, PROGRAM, Stdio::null())?);
        Ok(Self { python: python.to_owned(), trueup: trueup.to_owned(), alembic, dialect: Dialect::Sqlite })
    }

    /// Returns the sides for a package.
    pub(super) fn of_package(package: Package, trueup: &Path, dialect: Dialect) -> Self {
        let python = package.python().to_owned();
        Self { python, trueup: trueup.to_owned(), alembic: Alembic::Package(package), dialect }
    }

    /// Says on which kind of database the next commands run.
    pub(super) fn turn_to(&mut self, dialect: Dialect) {
        self.dialect = dialect;
    }

    /// Runs a command line by Alembic; without a database one that writes a script.
    pub(super) fn alembic(
        &mut self,
        root: &Path,
        database: Option<&Database>,
        words: &[String],
    ) -> Result<Answer> {
        self.limited(root, database, words, None)
    }

    /// The same, but no more than some steps.
    pub(super) fn limited(
        &mut self,
        root: &Path,
        database: Option<&Database>,
        words: &[String],
        steps: Option<usize>,
    ) -> Result<Answer> {
        let answer = match &mut self.alembic {
            Alembic::Shared(conversation) => {
                let dialect = self.dialect;
                let nowhere = if dialect.is_sqlite() { "sqlite://" } else { "postgresql+psycopg://" };
                let url = database.map_or_else(|| nowhere.to_owned(), Database::url);
                conversation.ask(&json!({"folder": root, "url": url, "words": words, "steps": steps}))?
            }
            Alembic::Package(package) => package.alembic(database, words, steps)?,
        };
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

    fn url(&self, database: &Database) -> Result<String> {
        match &self.alembic {
            Alembic::Shared(_) => Ok(database.url()),
            Alembic::Package(package) => package.url(database),
        }
    }

    /// Creates what has to be there before the first revision.
    pub(super) fn give(&self, database: &Database) -> Result<()> {
        match &self.alembic {
            Alembic::Shared(_) => Ok(()),
            Alembic::Package(package) => package.give(database),
        }
    }

    /// Runs a command line by trueup.
    pub(super) fn trueup(
        &self,
        root: &Path,
        database: Option<&Database>,
        words: &[String],
        by: By,
    ) -> Result<Answer> {
        let mut program = Command::new(&self.trueup);
        if let Alembic::Package(package) = &self.alembic {
            package.prepare(&mut program, database)?;
        }
        program.arg("-C").arg(root);
        match database {
            Some(database) => program.args(["--database", &self.url(database)?]),
            None => program.args(["--dialect", self.dialect.name()]),
        };
        program.args(words);
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
        })
    }
}

impl Answer {
    /// The sentence that says why it was refused.
    pub(super) fn reason(&self) -> String {
        let mut lines = self.error.lines();
        let told = lines.clone().find_map(|line| line.strip_prefix("error: "));
        let panic = lines.clone().find(|line| line.contains("panicked at"));
        told.or(panic).or_else(|| lines.next()).unwrap_or_default().to_owned()
    }

    /// How many revisions trueup began.
    pub(super) fn begun(&self) -> usize {
        let lines: BTreeSet<&str> = self.error.lines().filter(|line| line.starts_with("Running ")).collect();
        lines.len()
    }

    /// Whether trueup wants a yes before rows are dropped.
    pub(super) fn is_loss_refused(&self) -> bool {
        self.code == 4 && self.error.contains("`--allow data-loss`")
    }

    /// Whether trueup alone would not run it.
    pub(super) fn is_unproven(&self) -> bool {
        let words = ["--engine auto", "cannot be written down without its database"];
        self.code == 4 && words.iter().any(|words| self.error.contains(words))
    }
}
