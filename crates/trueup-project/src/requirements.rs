//! The version of a library that a project is made for, as its lock files and requirements say.
//!
//! SQLAlchemy's releases differ in what they build from the same models (order of mixin columns, CHECK constraints of
//! `Boolean`, the type of `float`), so the version decides what is true. Nothing is resolved: a lock file knows, an exact
//! requirement says, and a bound tells at least on which side of a release the project is.

use std::fs;
use std::path::Path;

use trueup_alembic::LibraryVersion;

/// Folders above the project's that are searched too: a lock file often lies at the root of the repository.
const LEVELS: usize = 3;

/// Returns the version, if any file says something.
pub fn version(root: &Path, package: &str) -> Option<LibraryVersion> {
    for folder in root.ancestors().take(1 + LEVELS) {
        let found = locked(folder, package).or_else(|| required(folder, package));
        if found.is_some() {
            return found;
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    None
}

/// Looks into lock files: one version each, without doubt.
fn locked(folder: &Path, package: &str) -> Option<LibraryVersion> {
    for name in ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"] {
        let Ok(text) = fs::read_to_string(folder.join(name)) else { continue };
        let Ok(lock) = text.parse::<toml::Table>() else { continue };
        let packages = lock.get("package").or_else(|| lock.get("packages")).and_then(toml::Value::as_array);
        let mut packages = packages.into_iter().flatten();
        let text_of =
            |entry: &toml::Value, key: &str| entry.get(key).and_then(toml::Value::as_str).map(str::to_owned);
        let found = packages.find(|entry| text_of(entry, "name").is_some_and(|name| is(&name, package)));
        let version = found.and_then(|entry| text_of(entry, "version")).and_then(|text| numbers(&text));
        if version.is_some() {
            return version;
        }
    }
    let text = fs::read_to_string(folder.join("Pipfile.lock")).ok()?;
    let lock: serde_json::Value = serde_json::from_str(&text).ok()?;
    let version = lock.get("default")?.get(package)?.get("version")?.as_str()?;
    numbers(version.trim_start_matches('='))
}

/// Looks into requirements: `sqlalchemy[asyncio]>=2.0,<2.1`.
fn required(folder: &Path, package: &str) -> Option<LibraryVersion> {
    let mut texts: Vec<String> = Vec::new();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let metadata: Vec<&String> = names.iter().filter(|name| name.ends_with(".dist-info")).collect();
    let requirement_files = names.iter().filter(|name| {
        let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
        (name.starts_with("requirements") && matches!(extension, Some("txt" | "in")))
            || matches!(name.as_str(), "pyproject.toml" | "setup.cfg" | "setup.py" | "constraints.txt")
    });
    texts.extend(requirement_files.filter_map(|name| fs::read_to_string(folder.join(name)).ok()));
    // An unpacked wheel; a folder with many of them is an environment, where each speaks for itself only.
    if let [only] = metadata.as_slice() {
        let text = fs::read_to_string(folder.join(only).join("METADATA")).unwrap_or_default();
        texts.push(
            text.lines()
                .filter_map(|line| line.strip_prefix("Requires-Dist: "))
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    texts.iter().find_map(|text| text.lines().find_map(|line| version_in(line, package)))
}

/// Reads one line of a requirements file, or of a list of requirements in another file.
fn version_in(line: &str, package: &str) -> Option<LibraryVersion> {
    let line = line.trim_start_matches(|letter: char| letter.is_whitespace() || "\"'-".contains(letter));
    let end = line
        .find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.')))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    if !is(name, package) {
        return None;
    }
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, rest)| rest);
    // Poetry: `sqlalchemy = "^2.0"`, `sqlalchemy = {version = "^2.0", extras = […]}`.
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix("= ") {
        Some(poetry) => poetry
            .split_once("version")
            .map_or(poetry, |(_, rest)| rest)
            .trim_start_matches([' ', '=', '"', '\'']),
        None => rest.trim_start_matches([' ', '(']),
    };
    let end = rest.find(['"', '\'', ';', '#', ')']).unwrap_or(rest.len());
    specified(&rest[..end])
}

/// Reads `>=2.0,<2.1`: the version that certainly fits, if the bounds leave no choice that matters.
fn specified(text: &str) -> Option<LibraryVersion> {
    let mut lower = None;
    for part in text.split(',').map(str::trim) {
        let digits = part.trim_start_matches(['=', '~', '^', '<', '>', '!', ' ']);
        let Some(version) = numbers(digits) else { continue };
        let operator = part[..part.len() - digits.len()].trim();
        match operator {
            "==" | "===" | "" => return Some(version),
            // `^0.0.14` allows no other release, `~=0.0.14` and `^2.0.1` any later one of the series.
            "^" if (version.major, version.minor) == (0, 0) => return Some(version),
            "~=" => return Some(LibraryVersion { patch: None, ..version }),
            "^" => lower = Some(version),
            "<" => {
                if let Some(version) = below(version) {
                    return Some(version);
                }
            }
            "<=" => return Some(version),
            ">=" | ">" => lower = Some(version),
            _ => {}
        }
    }
    // The newest release that is not excluded is as good a guess as any other above the bound, and guesses are not made.
    lower
        .filter(|version| (version.major, version.minor) >= (2, 1))
        .map(|version| LibraryVersion { patch: None, ..version })
}

/// The last release before a bound, as far as releases of SQLAlchemy are known.
fn below(bound: LibraryVersion) -> Option<LibraryVersion> {
    let patch = bound.patch.filter(|patch| *patch > 0);
    if let Some(patch) = patch {
        return Some(LibraryVersion { patch: Some(patch - 1), ..bound });
    }
    let (major, minor) = match (bound.major, bound.minor) {
        (major, minor) if minor > 0 => (major, minor - 1),
        (2, 0) => (1, 4),
        _ => return None,
    };
    Some(LibraryVersion { major, minor, patch: None })
}

fn numbers(text: &str) -> Option<LibraryVersion> {
    let mut parts = text.trim().trim_start_matches('v').split('.');
    let number = |text: &str| {
        let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse::<u32>().ok()
    };
    let major = number(parts.next()?)?;
    let minor = parts.next().and_then(number).unwrap_or(0);
    Some(LibraryVersion { major, minor, patch: parts.next().and_then(number) })
}

/// Names of packages are compared without case, `-` and `_` alike.
fn is(name: &str, package: &str) -> bool {
    name.len() == package.len()
        && name.chars().zip(package.chars()).all(|(left, right)| {
            let plain =
                |letter: char| if matches!(letter, '_' | '.') { '-' } else { letter.to_ascii_lowercase() };
            plain(left) == plain(right)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_read_as_they_are_written() {
        for (line, expected) in [
            ("SQLAlchemy==1.4.27", Some((1, 4))),
            ("sqlalchemy[asyncio]>=2.0.48,<2.1", Some((2, 0))),
            ("    \"sqlalchemy~=2.0.3\",", Some((2, 0))),
            ("sqlalchemy<2.0 # old", Some((1, 4))),
            ("sqlalchemy (<2.1,>=1.4) ; extra == 'x'", Some((2, 0))),
            ("sqlalchemy = \"^2.1\"", Some((2, 1))),
            ("sqlalchemy = {version = \"==1.3.24\", extras = [\"asyncio\"]}", Some((1, 3))),
            ("sqlalchemy>=2.1.1", Some((2, 1))),
            ("sqlalchemy[asyncio]<3,>=2.1.1", Some((2, 1))),
            ("sqlalchemy>=1.4", None),
            ("sqlalchemy", None),
            ("sqlalchemy-utils==0.41", None),
            ("sqlalchemy<=2.0.30", Some((2, 0))),
            ("sqlalchemy<2.0.30", Some((2, 0))),
        ] {
            let found = version_in(line, "sqlalchemy").map(|version| (version.major, version.minor));
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn one_release_is_known_where_exactly_one_is_meant() {
        for (line, expected) in [
            ("sqlmodel==0.0.14", Some(Some(14))),
            ("sqlmodel = \"^0.0.14\"", Some(Some(14))),
            ("sqlmodel<0.0.15,>=0.0.8", Some(Some(14))),
            ("sqlmodel~=0.0.14", Some(None)),
            ("sqlmodel==0.0.*", Some(None)),
            ("sqlmodel>=0.0.14", None),
        ] {
            assert_eq!(version_in(line, "sqlmodel").map(|version| version.patch), expected, "{line}");
        }
    }

    #[test]
    fn a_lock_file_knows_better() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("requirements.txt"), "sqlalchemy<2\n").expect("written");
        let found = || version(folder.path(), "sqlalchemy").map(|version| (version.major, version.minor));
        assert_eq!(found(), Some((1, 4)));
        fs::write(folder.path().join("uv.lock"), "[[package]]\nname = \"sqlalchemy\"\nversion = \"2.1.9\"\n")
            .expect("written");
        assert_eq!(found(), Some((2, 1)));
    }
}
