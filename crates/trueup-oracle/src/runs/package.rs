//! Packages of the corpus: each is driven by its own env.py in its own environment, as `corpus downgrades` does it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use trueup_schema::Dialect;

use super::database::Database;
use crate::corpus::projects::{self, Project};
use crate::paths;

const PROGRAM: &str = include_str!("package.py");

/// A package on one kind of database.
pub(super) struct Package {
    project: Project,
    dialect: Dialect,
    python: PathBuf,
    /// Where its application may write.
    folder: PathBuf,
}

/// What `package.py describe` tells for one database.
#[derive(Deserialize)]
struct Description {
    python: PathBuf,
    variables: BTreeMap<String, String>,
    request: serde_json::Map<String, Value>,
}

impl Package {
    /// Finds out how a package is driven.
    pub(super) fn new(project: Project, dialect: Dialect, folder: &Path) -> Result<Self> {
        let mut package = Self { project, dialect, python: PathBuf::new(), folder: folder.to_owned() };
        package.python = package.describe(None)?.python;
        if !package.python.is_file() {
            bail!(
                "no environment of the package\nhint: `cargo xtask corpus downgrades {}` makes it",
                package.project.id
            );
        }
        Ok(package)
    }

    pub(super) fn python(&self) -> &Path {
        &self.python
    }

    /// The address that the package's env.py understands.
    pub(super) fn url(&self, database: &Database) -> Result<String> {
        let request = self.describe(Some(database))?.request;
        let url = request.get("url").and_then(Value::as_str).unwrap_or_default();
        // Where the application hands over a connection, env.py itself would make an asynchronous one.
        if request.get("connection").is_some() {
            let url = url.replacen("sqlite://", "sqlite+aiosqlite://", 1);
            return Ok(url.replacen("postgresql+psycopg2://", "postgresql+asyncpg://", 1));
        }
        Ok(url.to_owned())
    }

    /// Creates what the application creates before the first revision.
    pub(super) fn give(&self, database: &Database) -> Result<()> {
        if self.describe(None)?.request.contains_key("given") {
            self.alembic(Some(database), &["give".to_owned()], None)?;
        }
        Ok(())
    }

    fn describe(&self, database: Option<&Database>) -> Result<Description> {
        let nowhere = self.folder.join("nowhere.db");
        let (url, file) = match database {
            Some(Database::Sqlite(file)) => (String::new(), file.clone()),
            Some(Database::Postgresql(database)) => (database.url().to_owned(), nowhere),
            None => ("postgresql://postgres@127.0.0.1/nowhere".to_owned(), nowhere),
        };
        let mut program = Command::new("python3");
        program.args(["-c", PROGRAM, "describe"]).arg(paths::workspace().join("corpus"));
        program.args([&self.project.id, projects::short(self.dialect), &url]);
        let output = program.arg(file).arg(&self.folder).arg(paths::cache("")?).output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).with_context(|| errors.trim().to_owned())
    }

    /// Runs a command line by real Alembic.
    pub(super) fn alembic(
        &self,
        database: Option<&Database>,
        words: &[String],
        steps: Option<usize>,
    ) -> Result<Value> {
        let Description { mut request, variables, .. } = self.describe(database)?;
        request.insert("steps".to_owned(), steps.into());
        request.insert("words".to_owned(), words.into());
        let mut program = Command::new(&self.python);
        program.args(["-I", "-c", PROGRAM, "command"]).arg(Value::Object(request).to_string());
        let output = program.envs(variables).current_dir(&self.folder).output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("{} {}: {errors}", self.project.id, words.join(" ")))
    }

    /// Gives a program what the package's env.py asks the environment for, and its configuration.
    pub(super) fn prepare(&self, program: &mut Command, database: Option<&Database>) -> Result<()> {
        program.envs(self.describe(database)?.variables);
        if let Some(file) = self.project.place()?.1 {
            program.arg("-c").arg(file);
        }
        Ok(())
    }
}
