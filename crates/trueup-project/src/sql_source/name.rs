//! What the name of a migration file tells.

use std::path::Path;

/// The name of an SQL file, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileName {
    /// The number or time as written.
    pub(super) version: Option<String>,
    /// The rest, `create_users`.
    pub(super) description: String,
    pub(super) role: Role,
    /// It says `.up.` itself.
    pub(super) says_up: bool,
    /// It is named as Flyway wants it.
    pub(super) is_flyway: bool,
    /// Its folder carries the version: `1_users/up.sql`.
    pub(super) is_folder: bool,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Up,
    /// Runs after all others, whenever it has changed.
    Repeatable,
    Down,
    /// Stands for all versions up to its own.
    Baseline,
}

/// Endings of the name of a file that undoes another one.
const DOWN_ENDINGS: &[&str] =
    &["_down", "-down", ".down", "_rollback", "-rollback", ".rollback", ".undo", "_undo"];

impl FileName {
    pub(super) fn parse(file: &Path) -> Self {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(found) = flyway(&stem) {
            return found;
        }
        let folder = file.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        if let ("up" | "down" | "migration", Some(folder)) = (stem.as_str(), folder) {
            let (version, description) = numbered(&folder);
            let role = if stem == "down" { Role::Down } else { Role::Up };
            let is_folder = version.is_some();
            return Self { version, description, role, says_up: stem == "up", is_flyway: false, is_folder };
        }
        let (says_up, bare) = match stem.strip_suffix(".up") {
            Some(bare) => (true, bare),
            None => (false, stem.as_str()),
        };
        let undone = DOWN_ENDINGS.iter().find_map(|ending| bare.strip_suffix(ending));
        let first = bare.starts_with("rollback_") || bare.starts_with("down_");
        let role = if undone.is_some() || first || bare == "rollback" { Role::Down } else { Role::Up };
        let (version, description) = numbered(undone.unwrap_or(bare));
        Self { version, description, role, says_up, is_flyway: false, is_folder: false }
    }

    /// Returns what files are sorted by: repeatable ones last, numbers as numbers, then names.
    pub(super) fn order(&self) -> (Role, bool, Vec<u128>, &str) {
        let parts = self.version.as_deref().map(version_parts).unwrap_or_default();
        (self.role, self.version.is_none(), parts, &self.description)
    }

    /// Tells whether this file undoes another one.
    pub(super) fn undoes(&self, up: &Self) -> bool {
        let same = |a: &str, b: &str| version_parts(a) == version_parts(b);
        match (&self.version, &up.version) {
            (Some(down), Some(up_version)) => {
                same(down, up_version) && (self.description == up.description || self.is_flyway)
            }
            (None, None) => self.description == up.description,
            _ => false,
        }
    }
}

/// Returns a version as numbers, so that `1.10` follows `1.9` and `010` is `10`.
pub(super) fn version_parts(version: &str) -> Vec<u128> {
    let mut parts: Vec<u128> =
        version.split(['.', '_']).map(|part| part.parse().unwrap_or(u128::MAX)).collect();
    while parts.len() > 1 && parts.last() == Some(&0) {
        parts.pop();
    }
    parts
}

/// Reads `V1_2__description`, `U1__description`, `B1__description`, `R__description`.
///
/// Source: Flyway 10, "Migrations", naming.
fn flyway(stem: &str) -> Option<FileName> {
    let (head, description) = stem.split_once("__")?;
    let mut letters = head.chars();
    let role = match letters.next()? {
        'V' => Role::Up,
        'U' => Role::Down,
        'B' => Role::Baseline,
        'R' => Role::Repeatable,
        _ => return None,
    };
    let version = letters.as_str();
    let is_version = !version.is_empty()
        && version
            .split(['.', '_'])
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if is_version == (role == Role::Repeatable) {
        return None;
    }
    Some(FileName {
        version: is_version.then(|| version.to_owned()),
        description: description.to_owned(),
        role,
        says_up: false,
        is_flyway: true,
        is_folder: false,
    })
}

/// Splits `001_create_users` or `v1-users` into the number and the rest.
fn numbered(stem: &str) -> (Option<String>, String) {
    let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = stem.split_at(digits);
    let separated = rest.is_empty() || rest.starts_with(['_', '-', '.', ' ']);
    if number.is_empty() || !separated {
        return (None, stem.to_owned());
    }
    // `2024-05-17_users`, `20240517_083000_users`: the parts of a time belong together.
    let mut version = number.to_owned();
    let mut rest = rest;
    let is_date = matches!(number.len(), 4 | 8) && (number.starts_with("19") || number.starts_with("20"));
    while let Some(tail) = rest.strip_prefix(['-', '_']) {
        let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
        let (part, after) = tail.split_at(digits);
        let is_time = is_date && matches!(part.len(), 2 | 4 | 6);
        if !is_time || !(after.is_empty() || after.starts_with(['_', '-', '.', ' '])) {
            break;
        }
        version.push_str(part);
        rest = after;
    }
    (Some(version), rest.trim_start_matches(['_', '-', '.', ' ']).to_owned())
}
