//! `tidy`: the rules of ARCHITECTURE.md that no compiler checks, as text searches over the tree.
//!
//! Each file of this folder is a group of checks; each check is a function from a [`Tree`] to [`Problem`]s and is tested
//! on small made-up trees. They catch habit, not malice. `xtask/tests/tidy.rs` runs them with every `cargo test`.

mod crates;
mod map;
mod pages;
mod sources;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::command;

pub(crate) use pages::{OPERATION_PAGES, OPERATIONS, RULE_LIST, RULES};

/// Whether the checks may mend what they can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Only report.
    Check,
    /// Rewrite the code map first.
    Write,
}

/// Runs all checks on the workspace and prints what is wrong.
pub fn run(mode: Mode) -> Result<()> {
    let root = crate::root();
    if mode == Mode::Write {
        map::write(&root, &Tree::read(&root)?)?;
    }
    let problems = problems(&root)?;
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => Ok(()),
        1 => bail!("1 thing is not tidy"),
        count => bail!("{count} things are not tidy"),
    }
}

/// Returns everything that is wrong in the workspace at `root`.
pub fn problems(root: &Path) -> Result<Vec<Problem>> {
    let tree = Tree::read(root)?;
    let metadata = command::output(
        Command::new("cargo").args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root),
    )?;
    let metadata: crates::Metadata = serde_json::from_str(&metadata)?;
    let mut problems = crates::check(&metadata, &tree.settings);
    problems.extend(sources::check(&tree));
    problems.extend(map::check(&tree));
    problems.extend(pages::check(&tree));
    problems.sort_by(|one, other| (&one.path, one.line).cmp(&(&other.path, other.line)));
    Ok(problems)
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, relative to the workspace.
    pub path: String,
    /// The line, from 1; 0 when it is the whole file.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl Problem {
    fn file(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: 0, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// The settings in `xtask/tidy.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    dependency_budget: usize,
    pure: Vec<String>,
    edges: BTreeMap<String, Vec<String>>,
    /// What tests of a crate may use beyond that.
    #[serde(default)]
    test_edges: BTreeMap<String, Vec<String>>,
    only_in: BTreeMap<String, Vec<String>>,
    confined: Vec<Confined>,
    dialect: Allowed,
    machine_paths: MachinePaths,
    long_files: BTreeMap<String, String>,
}

/// Texts that only some files may contain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Confined {
    texts: Vec<String>,
    allowed: Vec<String>,
    reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowed {
    allowed: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct MachinePaths {
    forbidden: Vec<String>,
    allowed: Vec<String>,
}

/// The text files of the workspace by path, with `/` on every system, and the settings.
#[derive(Debug, Default)]
struct Tree {
    files: BTreeMap<String, String>,
    settings: Settings,
}

/// What is read: our own text, not data that tests or examples bring along.
const EXTENSIONS: [&str; 5] = ["rs", "md", "toml", "sh", "yml"];

impl Tree {
    fn read(root: &Path) -> Result<Self> {
        let settings = root.join("xtask/tidy.toml");
        let text = fs::read_to_string(&settings).with_context(|| settings.display().to_string())?;
        let settings = toml::from_str(&text).with_context(|| settings.display().to_string())?;
        let mut tree = Self { files: BTreeMap::new(), settings };
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            // `.ci` and `.github` are ours; `.git` and caches are not.
            let is_foreign =
                matches!(name.as_str(), "target" | ".git" | ".cache" | "node_modules" | "__pycache__");
            if kind.is_dir() && !is_foreign {
                self.read_folder(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() && (is_text(&name) || is_ours(prefix)) {
                // A file that is not UTF-8 is data for a test, and one that has just gone is nobody's problem.
                if let Ok(text) = fs::read_to_string(entry.path()) {
                    self.files.insert(path, text);
                }
            }
        }
        Ok(())
    }

    /// The Rust files below `crates/` and `xtask/`.
    fn rust_files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).filter(|(path, _)| {
            let is_ours = path.starts_with("crates/") || path.starts_with("xtask/");
            is_ours && Path::new(path).extension().is_some_and(|extension| extension == "rs")
        })
    }

    fn has_folder(&self, prefix: &str) -> bool {
        self.files.range(prefix.to_owned()..).next().is_some_and(|(path, _)| path.starts_with(prefix))
    }
}

fn is_text(name: &str) -> bool {
    Path::new(name)
        .extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// Folders whose files are read whatever they are called.
fn is_ours(prefix: &str) -> bool {
    prefix.starts_with(".ci/") || prefix.starts_with(pages::LIBRARIES)
}

/// Whether a path begins with one of the prefixes.
fn is_allowed(path: &str, prefixes: &[String]) -> bool {
    prefixes.iter().any(|prefix| path.starts_with(prefix.as_str()))
}

#[cfg(test)]
fn tree(files: &[(&str, &str)]) -> Tree {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Tree { files, settings: Settings::default() }
}
