//! Walks a project's folders and reads its files, with bounds that keep hostile trees harmless.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Most entries that one walk visits; a tree larger than this is cut, and the caller told.
pub const MAX_ENTRIES: usize = 200_000;

/// Largest file that is read as source, in bytes.
pub const MAX_SOURCE_BYTES: u64 = 16 * 1024 * 1024;

/// Folders that never hold a project's own sources.
const SKIPPED: &[&str] = &[
    "node_modules",
    "__pycache__",
    "site-packages",
    "dist-packages",
    "target",
    "venv",
    "env",
    ".venv",
    "build",
    "dist",
    "htmlcov",
];

/// Returns the folders from `root` down to a depth, breadth first and sorted, `root` first.
///
/// Links to folders are not followed, so loops cannot occur; hidden folders and environments are left out.
pub fn folders(root: &Path, depth: usize) -> Vec<PathBuf> {
    let mut out = vec![root.to_path_buf()];
    let mut level = vec![root.to_path_buf()];
    for _ in 0..depth {
        let mut next = Vec::new();
        for folder in &level {
            next.extend(children(folder).into_iter().filter(|entry| entry.folder).map(|entry| entry.path));
        }
        if out.len() + next.len() > MAX_ENTRIES || next.is_empty() {
            break;
        }
        out.extend(next.iter().cloned());
        level = next;
    }
    out
}

/// Returns all files with an extension below a folder, sorted; stops at [`MAX_ENTRIES`].
pub fn with_extension(root: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut pending = vec![root.to_path_buf()];
    let mut visited = 0;
    while let Some(folder) = pending.pop() {
        for entry in children(&folder) {
            visited += 1;
            if visited > MAX_ENTRIES {
                out.sort();
                return out;
            }
            if entry.folder {
                pending.push(entry.path);
            } else if entry
                .path
                .extension()
                .and_then(|ext| ext.to_str())
                .is_some_and(|ext| extensions.contains(&ext))
            {
                out.push(entry.path);
            }
        }
    }
    out.sort();
    out
}

struct Child {
    path: PathBuf,
    folder: bool,
}

fn children(folder: &Path) -> Vec<Child> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut out: Vec<Child> = entries.filter_map(Result::ok).filter_map(|entry| child(&entry)).collect();
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

fn child(entry: &fs::DirEntry) -> Option<Child> {
    let kind = entry.file_type().ok()?;
    let path = entry.path();
    if kind.is_symlink() {
        // A link to a file is a file like any other; a link to a folder could lead anywhere, and round in circles.
        return path.is_file().then_some(Child { path, folder: false });
    }
    if kind.is_dir() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let skipped =
            name.starts_with('.') || (SKIPPED.contains(&&*name) && !path.join("__init__.py").exists());
        return (!skipped && !path.join("pyvenv.cfg").exists()).then_some(Child { path, folder: true });
    }
    kind.is_file().then_some(Child { path, folder: false })
}

/// A source file's text, or why it cannot be used.
pub type SourceText = Result<Arc<str>, Unreadable>;

/// Why a file cannot be used as source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong, as the end of the sentence "`file` …".
    pub reason: String,
    /// Byte offset of the problem, where there is one.
    pub offset: Option<u32>,
}

/// Reads a source file: UTF-8 (with or without a byte order mark), or Latin-1 where a PEP 263 comment says so.
///
/// # Errors
/// When it cannot be read, is too large, or is not in its encoding.
pub fn read_source(path: &Path) -> SourceText {
    let unreadable = |reason: String, offset| Unreadable { reason, offset };
    let metadata =
        fs::metadata(path).map_err(|error| unreadable(format!("cannot be read: {error}"), None))?;
    if metadata.len() > MAX_SOURCE_BYTES {
        return Err(unreadable(
            format!("is larger than {} MB and was not read", MAX_SOURCE_BYTES / 1024 / 1024),
            None,
        ));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(format!("cannot be read: {error}"), None))?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text).into()),
        Err(_) if declares_latin1(&bytes) => {
            Ok(bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into())
        }
        Err(error) => Err(unreadable("is not UTF-8".to_owned(), Some(error.valid_up_to() as u32))),
    }
}

/// Tells whether one of the first two lines declares an encoding of the Latin-1 family (PEP 263).
fn declares_latin1(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'\n').take(2).any(|line| {
        let line = String::from_utf8_lossy(line).to_lowercase();
        line.trim_start().starts_with('#')
            && line.contains("coding")
            && ["latin-1", "latin1", "iso-8859-1", "iso8859-1", "cp1252"]
                .iter()
                .any(|name| line.contains(name))
    })
}

/// Returns a path relative to a root, with `/` between parts; a path elsewhere stays as it is.
pub fn relative(root: &Path, path: &Path) -> Arc<str> {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/").replace("//", "/").into()
}
