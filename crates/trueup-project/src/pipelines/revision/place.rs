//! Where a new file goes: the version location, and the folders that `file_template` asks for.

use std::path::{Component, Path, PathBuf};

use super::{RevisionRequest, refused};
use crate::config::Configuration;
use crate::files;
use crate::pipelines::history::History;
use crate::pipelines::writing;
use crate::report::Failure;

/// Returns the version location: the one that was asked for, the only one, or the one of what the revision follows.
pub(super) fn location(
    configuration: &Configuration,
    history: &History,
    request: &RevisionRequest,
    down: &[usize],
) -> Result<PathBuf, Failure> {
    let locations = &configuration.version_locations;
    let choice = || {
        let shown: Vec<String> = locations
            .iter()
            .map(|path| format!("`{}`", files::relative(&configuration.root, path)))
            .collect();
        shown.join(", ")
    };
    if let Some(asked) = &request.version_path {
        let path = writing::absolute(&request.directory, asked);
        let found = locations.iter().find(|location| same(location, &path));
        return found.cloned().ok_or_else(|| {
            let message = format!("`{}` is no version location", asked.display());
            refused(message, format!("the version locations are {}", choice()))
        });
    }
    if let [only] = locations.as_slice() {
        return Ok(only.clone());
    }
    let Some(first) = down.first() else {
        return Err(refused(
            "it is not known which of several version locations is meant",
            format!("name it with `--version-path`: {}", choice()),
        ));
    };
    let file = history.path(*first);
    let real = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    let holds = |location: &&PathBuf| {
        real.starts_with(location.canonicalize().unwrap_or_else(|_| (*location).clone()))
    };
    let deepest = locations.iter().filter(holds).max_by_key(|location| location.components().count());
    deepest.cloned().ok_or_else(|| {
        let message =
            format!("`{}` lies in none of the version locations", files::relative(&configuration.root, file));
        refused(message, format!("name the folder with `--version-path`: {}", choice()))
    })
}

fn same(left: &Path, right: &Path) -> bool {
    left == right
        || left.canonicalize().is_ok_and(|left| right.canonicalize().is_ok_and(|right| left == right))
}

/// Returns the file, which must be one that Alembic finds again.
pub(super) fn file(configuration: &Configuration, location: &Path, name: &str) -> Result<PathBuf, Failure> {
    let path = Path::new(name);
    let stays = path.components().all(|part| matches!(part, Component::Normal(_)));
    let hint = "change `file_template`, or what `--rev-id` brings into it";
    if !stays {
        return Err(refused(
            format!("the file `{name}` would lie outside of `{}`", location.display()),
            hint,
        ));
    }
    let stem = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if ["__init__", ".#", "._"].iter().any(|start| stem.starts_with(start)) {
        return Err(refused(format!("Alembic takes no file with the name `{stem}` for a revision"), hint));
    }
    if path.components().count() > 1 && !configuration.recursive_version_locations {
        return Err(refused(
            format!("`file_template` makes `{name}`, and revisions in folders below are not read"),
            "set `recursive_version_locations = true`",
        ));
    }
    let file = location.join(path);
    if file.symlink_metadata().is_ok() { Err(writing::exists(&file)) } else { Ok(file) }
}
