//! Walks a project's folders and reads its files, with bounds that keep hostile trees harmless.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trueup_alembic::Entry;
use trueup_schema::Span;

/// Most entries that one walk visits; a tree larger than this is cut, and the caller told.
pub const MAX_ENTRIES: usize = 200_000;

/// Largest file that is read as source, in bytes.
pub const MAX_SOURCE_BYTES: u64 = 16 * 1024 * 1024;

/// UTF-8's byte order mark.
const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

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
    // All are in one folder, so that their names decide.
    out.sort_by(|a, b| a.path.file_name().cmp(&b.path.file_name()));
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
    /// What is wrong, as a sentence without a final period: "it is not UTF-8".
    pub reason: String,
    /// Byte offset of the problem in the text, where there is one.
    pub offset: Option<u32>,
    /// The text as far as it can be read, bytes that are no text replaced; empty when nothing can.
    pub text: Arc<str>,
}

/// Reads a source file: UTF-8 (with or without a byte order mark), or Latin-1 where a PEP 263 comment says so.
///
/// # Errors
/// When it cannot be read, is too large, or is not in its encoding.
pub fn read_source(path: &Path) -> SourceText {
    let unreadable = |reason: String, offset| Unreadable { reason, offset, text: "".into() };
    let metadata = fs::metadata(path).map_err(|error| {
        let link = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_symlink());
        let reason = if link { "it is a link that leads nowhere".to_owned() } else { of_system(&error) };
        unreadable(reason, None)
    })?;
    if !metadata.is_file() {
        // Reading a pipe or a device might never end.
        return Err(unreadable("it is no regular file".to_owned(), None));
    }
    if metadata.len() > MAX_SOURCE_BYTES {
        return Err(unreadable(format!("it is larger than {} MB", MAX_SOURCE_BYTES / 1024 / 1024), None));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(of_system(&error), None))?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text).into()),
        Err(_) if declares_latin1(&bytes) => {
            Ok(bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into())
        }
        Err(_) if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) => {
            Err(unreadable("it is UTF-16, and Python wants UTF-8".to_owned(), None))
        }
        Err(error) => {
            // A byte order mark is not part of the text, so it does not count.
            let mark = if bytes.starts_with(&BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
            Err(Unreadable {
                reason: "it is not UTF-8".to_owned(),
                offset: Some((error.valid_up_to() - mark) as u32),
                text: String::from_utf8_lossy(&bytes[mark..]).into(),
            })
        }
    }
}

fn of_system(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "its permissions do not allow to read it".to_owned(),
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("the system says: {error}"),
    }
}

/// Reads a source file as far as it can be read: its text, and what is wrong with it.
///
/// One stray byte in a comment makes Python refuse a file, and is reported; what else the file says is known all the
/// same, so that nothing it declares looks missing elsewhere.
pub fn read_leniently(path: &Path) -> (Arc<str>, Option<Unreadable>) {
    match read_source(path) {
        Ok(text) => (text, None),
        Err(problem) => (problem.text.clone(), Some(problem)),
    }
}

impl Unreadable {
    /// Returns the place of the problem in the text.
    pub fn span(&self) -> Option<Span> {
        // What replaces a byte that is no text takes three bytes itself.
        self.offset.map(|offset| Span::new(offset, offset + char::REPLACEMENT_CHARACTER.len_utf8() as u32))
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

/// Returns what is at a path below a root, as a project's own code would read it; `None` for what is not there, no text,
/// hidden or outside of the root, links that lead out of it included.
pub fn entry(root: &Path, path: &str) -> Option<Entry> {
    let hidden = |part: &str| part.starts_with('.') && part != ".";
    if path.starts_with('/') || path.contains('\\') || path.split('/').any(hidden) {
        return None;
    }
    let found = fs::canonicalize(root.join(path)).ok()?;
    if !found.starts_with(fs::canonicalize(root).ok()?) {
        return None;
    }
    if found.is_dir() {
        let entries = fs::read_dir(&found).ok()?.take(MAX_ENTRIES);
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| !hidden(name)).collect();
        names.sort();
        return Some(Entry::Folder(names));
    }
    // Python reads line ends of all systems as its own.
    let text = read_source(&found).ok()?.replace("\r\n", "\n");
    Some(Entry::File(text.into()))
}

/// Returns a path relative to a root, with `/` between parts; a path elsewhere stays as it is.
pub fn relative(root: &Path, path: &Path) -> Arc<str> {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/").replace("//", "/").into()
}
