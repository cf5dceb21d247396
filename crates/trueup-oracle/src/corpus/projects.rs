//! Which projects there are, and what real Alembic built of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use trueup_project::config::{ConfigRequest, Configuration};
use trueup_schema::{Dialect, Schema};
use trueup_sql::ReadContext;

use crate::paths;

/// Where the stored truth lies unless an argument says otherwise, relative to the workspace.
pub const DEFAULT_TRUTH: &str = "../shared/truth";

/// An Alembic project inside of a package.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Its name here and in the names of the truth's files.
    pub id: String,
    /// The package that contains it.
    pub package: String,
    /// Its alembic.ini.
    pub config: Option<String>,
    /// The folder to look in when there is no alembic.ini.
    pub directory: Option<String>,
}

#[derive(Deserialize)]
struct List {
    project: Vec<Project>,
}

/// Returns the projects of `corpus/projects.toml`, or those of them that are named.
pub fn listed(names: &[String]) -> Result<Vec<Project>> {
    let file = paths::workspace().join("corpus/projects.toml");
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let list: List = toml::from_str(&text).with_context(|| file.display().to_string())?;
    for name in names {
        if !list.project.iter().any(|project| project.id == *name || project.package == *name) {
            bail!("no project or package `{name}` in {}", file.display());
        }
    }
    let is_wanted = |project: &Project| {
        names.is_empty() || names.iter().any(|name| project.id == *name || project.package == *name)
    };
    Ok(list.project.into_iter().filter(is_wanted).collect())
}

impl Project {
    /// Returns the unpacked package.
    pub fn folder(&self) -> Result<PathBuf> {
        let corpus = paths::cache("corpus")?;
        let prefix = format!("{}-", self.package);
        let entries = fs::read_dir(&corpus).with_context(|| format!("no {}", corpus.display()));
        let found = entries.into_iter().flatten().flatten().map(|entry| entry.path()).find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.strip_prefix(&prefix)
                .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
        });
        found.with_context(|| {
            format!(
                "the package {} is not in {}\nhint: `cargo xtask corpus fetch`",
                self.package,
                corpus.display()
            )
        })
    }

    /// Returns what `trueup -C … -c …` would be called with: folder and configuration file.
    pub fn place(&self) -> Result<(PathBuf, Option<PathBuf>)> {
        let folder = self.folder()?;
        let directory = self.directory.as_ref().map_or(folder.clone(), |directory| folder.join(directory));
        Ok((directory, self.config.as_ref().map(|config| folder.join(config))))
    }

    /// Reads the configuration.
    pub fn configuration(&self) -> Result<Configuration> {
        let (directory, file) = self.place()?;
        Ok(Configuration::load(&ConfigRequest { directory, file, section: None })?)
    }

    /// Returns the dialects for which there is truth.
    pub fn dialects(&self, truth: &Path) -> Vec<Dialect> {
        let exists = |dialect: &Dialect| self.truth_file(truth, *dialect, "sql").is_file();
        [Dialect::Postgresql, Dialect::Sqlite].into_iter().filter(exists).collect()
    }

    fn truth_file(&self, truth: &Path, dialect: Dialect, kind: &str) -> PathBuf {
        truth.join(format!("{}.{}.{kind}.xz", self.id, short(dialect)))
    }

    /// Returns the schema that real Alembic built, as the server dumped it.
    pub fn truth(&self, truth: &Path, dialect: Dialect) -> Result<String> {
        unpack(&self.truth_file(truth, dialect, "sql"))
    }

    /// Returns the operations and statements of each revision as real Alembic ran them, as JSON.
    pub fn operations(&self, truth: &Path, dialect: Dialect) -> Result<String> {
        unpack(&self.truth_file(truth, dialect, "ops.json"))
    }

    /// Returns the schema that real Alembic was given before the first revision, if it was given one.
    ///
    /// What was created before the version table was there before Alembic began.
    pub fn base(&self, truth: &Path, dialect: Dialect) -> Result<Option<Schema>> {
        let text = self.operations(truth, dialect)?;
        let revisions: serde_json::Value = serde_json::from_str(&text)?;
        let first = revisions.get(0).and_then(|first| first.get("sql")).and_then(|sql| sql.as_array());
        let statements = first.into_iter().flatten().filter_map(serde_json::Value::as_str);
        let mut given: Vec<&str> = Vec::new();
        let mut met_version_table = false;
        for statement in statements {
            if statement.contains("version_num VARCHAR") {
                met_version_table = true;
                break;
            }
            if statement.trim_start().starts_with("CREATE") {
                given.push(statement.trim());
            }
        }
        if !met_version_table || given.is_empty() {
            return Ok(None);
        }
        let read = trueup_sql::read(dialect, &given.join(";\n"), &ReadContext::default());
        let mut schema = Schema::new(dialect);
        for operation in read.operations() {
            operation.apply(&mut schema)?;
        }
        Ok(Some(schema))
    }
}

/// Returns the dialect's name in the names of the truth's files.
pub fn short(dialect: Dialect) -> &'static str {
    if dialect.is_sqlite() { "sqlite" } else { "pg" }
}

/// Python is needed anyway to fetch the packages, and its library reads xz.
fn unpack(file: &Path) -> Result<String> {
    let program = "import lzma,sys; sys.stdout.buffer.write(lzma.open(sys.argv[1]).read())";
    let output =
        Command::new("python3").args(["-c", program]).arg(file).output().context("cannot run python3")?;
    if !output.status.success() {
        bail!("cannot unpack {}: {}", file.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}
