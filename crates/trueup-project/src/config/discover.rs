//! Finds the configuration of a project: upwards as Alembic and cargo do, then below the folder.
//!
//! Half of all projects keep alembic.ini in a subfolder (`backend/`), Flask-Migrate keeps it in `migrations/`, and
//! libraries ship a versions folder without any configuration; all of these are found without a word from the user.

use std::fs;
use std::path::{Path, PathBuf};

use super::{ConfigError, folder_of, normalize};
use crate::files;

/// The files that make up a configuration.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The project's folder.
    pub root: PathBuf,
    /// alembic.ini, under any name.
    pub ini: Option<PathBuf>,
    /// pyproject.toml with `[tool.alembic]` or `[tool.trueup]`.
    pub pyproject: Option<PathBuf>,
    /// trueup.toml.
    pub settings: Option<PathBuf>,
    /// The folder with env.py, when no file names it.
    pub script_location: Option<PathBuf>,
    /// The folder with revision files, when there is no configuration at all.
    pub versions: Option<PathBuf>,
}

/// How far below the folder a configuration is looked for.
const SEARCH_DEPTH: usize = 5;

/// Finds the configuration for a folder, or starts from the file that was asked for.
pub(super) fn find(directory: &Path, file: Option<&Path>) -> Result<Found, ConfigError> {
    if let Some(file) = file {
        return explicit(directory, file);
    }
    for folder in directory.ancestors() {
        if let Some(found) = in_folder(folder) {
            return Ok(found);
        }
        // A repository's root is where a project ends: a stray file further up belongs to something else.
        if folder.join(".git").exists() {
            break;
        }
    }
    below(directory).ok_or_else(|| ConfigError::NoProject(directory.to_path_buf()))
}

fn explicit(directory: &Path, file: &Path) -> Result<Found, ConfigError> {
    let path = if file.is_absolute() { file.to_path_buf() } else { normalize(&directory.join(file)) };
    if !path.is_file() {
        return Err(ConfigError::NoFile(file.to_path_buf()));
    }
    let mut found = Found { root: directory.to_path_buf(), ..Found::default() };
    match path.file_name().and_then(|name| name.to_str()) {
        Some("pyproject.toml") => found.pyproject = Some(path),
        Some(_) if path.extension().is_some_and(|extension| extension == "toml") => {
            found.settings = Some(path);
        }
        _ => {
            let beside = folder_of(&path).join("pyproject.toml");
            found.pyproject = Some(beside).filter(|path| mentions(path, &["[tool.trueup", "[tool.alembic"]));
            found.settings = Some(folder_of(&path).join("trueup.toml")).filter(|path| path.is_file());
            found.script_location = env_folder(&folder_of(&path));
            found.ini = Some(path);
        }
    }
    if let Some(first) = [&found.ini, &found.pyproject, &found.settings].into_iter().flatten().next()
        && !first.starts_with(directory)
    {
        found.root = folder_of(first);
    }
    Ok(found)
}

/// Returns what one folder holds of a configuration.
fn in_folder(folder: &Path) -> Option<Found> {
    let ini = Some(folder.join("alembic.ini")).filter(|path| path.is_file());
    let pyproject =
        Some(folder.join("pyproject.toml")).filter(|path| mentions(path, &["[tool.alembic", "[tool.trueup"]));
    let settings = Some(folder.join("trueup.toml")).filter(|path| path.is_file());
    if ini.is_none() && pyproject.is_none() && settings.is_none() {
        return None;
    }
    let mut found = Found { root: folder.to_path_buf(), ini, pyproject, settings, ..Found::default() };
    if found.ini.is_some() {
        found.script_location = env_folder(folder);
        // Flask-Migrate keeps alembic.ini beside env.py, and its commands run in the folder above.
        if found.script_location.as_deref() == Some(folder)
            && folder.file_name().is_some_and(|name| name == "migrations")
        {
            found.root = folder_of(folder);
        }
    } else if !found.pyproject.as_deref().is_some_and(|path| mentions(path, &["[tool.alembic"])) {
        // Only trueup's settings: Alembic's part may be in a folder below.
        if let Some(inner) = below(folder) {
            found.ini = inner.ini;
            found.script_location = inner.script_location;
            found.versions = inner.versions;
        }
    }
    Some(found)
}

/// Returns the folder with env.py for an INI file that does not name one.
fn env_folder(folder: &Path) -> Option<PathBuf> {
    if folder.join("env.py").is_file() {
        return Some(folder.to_path_buf());
    }
    ["migrations", "alembic"].iter().map(|name| folder.join(name)).find(|path| path.join("env.py").is_file())
}

/// Searches the folders below, the shallowest and alphabetically first match wins.
fn below(directory: &Path) -> Option<Found> {
    let tree = files::folders(directory, SEARCH_DEPTH);
    for folder in &tree {
        if folder.join("alembic.ini").is_file()
            || mentions(&folder.join("pyproject.toml"), &["[tool.alembic"])
        {
            let mut found = in_folder(folder)?;
            found.root = directory.to_path_buf();
            return Some(found);
        }
    }
    for folder in &tree {
        if folder.join("env.py").is_file() && folder.join("versions").is_dir() {
            let root = directory.to_path_buf();
            return Some(Found { root, script_location: Some(folder.clone()), ..Found::default() });
        }
    }
    let versions = tree.iter().find(|folder| holds_revisions(folder))?;
    Some(Found {
        root: directory.to_path_buf(),
        script_location: versions
            .parent()
            .filter(|parent| parent.join("env.py").is_file())
            .map(Path::to_path_buf),
        versions: Some(versions.clone()),
        ..Found::default()
    })
}

/// Tells whether a folder holds at least one Alembic revision.
fn holds_revisions(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .any(|path| mentions(&path, &["\ndown_revision"]) && mentions(&path, &["\nrevision"]))
}

fn mentions(path: &Path, needles: &[&str]) -> bool {
    path.is_file()
        && fs::read(path).is_ok_and(|bytes| {
            let text = String::from_utf8_lossy(&bytes);
            needles.iter().any(|needle| text.contains(needle))
        })
}
