//! SQLite addresses: everything after the third slash is a path.

use std::fmt;
use std::path::{Path, PathBuf};

use super::SqliteAddress;
use super::parts::{Parts, decode};

impl SqliteAddress {
    pub(super) fn from_parts(parts: &Parts, base: &Path) -> Self {
        let text = parts.database.as_deref().unwrap_or_default();
        let switched_on = |name: &str| matches!(parts.parameter(name), Some("1" | "true" | "yes" | "on"));
        let (path, is_uri) = match text.strip_prefix("file:") {
            // SQLite itself decodes the path of a `file:` URI; `file:///x` and `file:/x` are the same file.
            Some(uri) => (decode(uri, "path", false).unwrap_or_else(|_| uri.to_owned()), true),
            None => (text.to_owned(), false),
        };
        let path = if is_uri { path.strip_prefix("//").unwrap_or(&path) } else { path.as_str() };
        let in_memory = path.is_empty() || path == ":memory:" || parts.parameter("mode") == Some("memory");
        if in_memory {
            return Self::Memory;
        }
        Self::File { path: base.join(path), immutable: is_uri && switched_on("immutable") }
    }

    /// Returns the file for messages.
    pub fn target(&self) -> String {
        match self {
            Self::Memory => "the in-memory database".to_owned(),
            Self::File { path, .. } => format!("`{}`", path.display()),
        }
    }

    /// Returns the path, if there is one.
    pub fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::Memory => None,
            Self::File { path, .. } => Some(path),
        }
    }
}

impl fmt::Display for SqliteAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => formatter.write_str("sqlite://"),
            Self::File { path, .. } => write!(formatter, "sqlite:///{}", path.display()),
        }
    }
}
