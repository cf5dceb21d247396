//! Reads the headers of revision files: `revision`, `down_revision`, `branch_labels`, `depends_on`, docstring.
//!
//! Nine files in ten state them as literals, which are taken from the syntax tree; the rest (computed, imported,
//! annotated in odd ways) is left to the interpreter by a callback, so reading a graph costs a parse and no more.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trueup_python::ast::{Expr, ExprKind, ModuleAst, Stmt, StmtKind};
use trueup_schema::revision::{Reference, Revision};
use trueup_schema::{Dialect, Origin, Span};

use crate::files;

/// The four attributes of a revision module, in the order they are asked for.
const ATTRIBUTES: [&str; 4] = ["revision", "down_revision", "branch_labels", "depends_on"];

/// What the parser asks for: with less, it is given a new stack for every file.
const STACK_BYTES: usize = 16 << 20;

/// A revision file as it was read.
#[derive(Clone, Debug)]
pub struct RevisionFile {
    /// Absolute path.
    pub file: PathBuf,
    /// Text; empty when the file could not be read.
    pub text: Arc<str>,
    /// Header.
    pub revision: Revision,
    /// Attributes that are no literals, to be settled by the interpreter, with the places of their values.
    pub computed: Vec<(&'static str, Option<Span>)>,
}

/// What reading the version locations found.
#[derive(Clone, Debug, Default)]
pub struct RevisionFiles {
    /// The files, in Alembic's order: folder by folder, names sorted.
    pub files: Vec<RevisionFile>,
    /// Folders that no configuration names but whose revisions belong to the same graph.
    pub joined: Vec<PathBuf>,
}

/// Reads all revision files below the version locations.
///
/// Projects also choose their folders in code, which is not run here. Two habits are recognised: a folder per
/// dialect (`versions/postgresql`, `versions/sqlite`) below a location that holds no revisions itself, and nested
/// folders whose revisions follow, or are followed by, those that the configuration names.
pub fn read_all(root: &Path, locations: &[PathBuf], recursive: bool, dialect: Dialect) -> RevisionFiles {
    if recursive {
        let paths = locations.iter().flat_map(|location| {
            let mut paths = files::with_extension(location, &["py"]);
            paths.sort_by_cached_key(|path| loading_key(path));
            paths
        });
        let mut paths = revision_paths(paths);
        let mut real = RealFiles::default();
        paths.retain(|path| real.is_new(path));
        return RevisionFiles { files: read_in_parallel(root, &paths), joined: Vec::new() };
    }
    let mut found = RevisionFiles::default();
    let mut nested = Vec::new();
    for location in locations {
        let direct = revision_paths(direct_files(location).into_iter());
        if direct.is_empty()
            && let Some(folder) = dialect_folder(location, dialect)
        {
            let paths = revision_paths(files::with_extension(&folder, &["py"]).into_iter());
            found.files.extend(read_in_parallel(root, &paths));
            found.joined.push(folder);
            continue;
        }
        found.files.extend(read_in_parallel(root, &direct));
        let below = files::with_extension(location, &["py"]).into_iter();
        nested.extend(revision_paths(below.filter(|path| path.parent() != Some(location))));
    }
    let mut real = RealFiles::default();
    found.files.retain(|file| real.is_new(&file.file));
    nested.retain(|path| real.is_new(path));
    if !nested.is_empty() {
        join_nested(&mut found, read_in_parallel(root, &nested));
    }
    found
}

/// Returns what sorts files as Alembic loads them: those of a folder first, then the folders in it.
fn loading_key(path: &Path) -> Vec<(bool, OsString)> {
    let last = path.components().count().saturating_sub(1);
    let parts = path.components().enumerate();
    parts.map(|(index, part)| (index < last, part.as_os_str().to_owned())).collect()
}

fn revision_paths(paths: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    paths.filter(|path| is_revision_name(path) && seen.insert(path.as_os_str().to_owned())).collect()
}

/// Tells real files apart: Alembic loads a file once, however many links and locations lead to it.
#[derive(Default)]
struct RealFiles {
    folders: BTreeMap<PathBuf, PathBuf>,
    // As one text each: paths are compared part by part.
    seen: BTreeSet<OsString>,
}

impl RealFiles {
    /// Tells whether a path leads to a file that none before has led to.
    fn is_new(&mut self, path: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        // A link that leads nowhere is told apart by the folder that it is in.
        let link = path.is_symlink().then(|| path.canonicalize().ok()).flatten();
        let target = match (link, path.parent(), path.file_name()) {
            (Some(target), ..) => target,
            (None, Some(folder), Some(name)) => {
                self.folders.entry(folder.to_path_buf()).or_insert_with(|| real(folder)).join(name)
            }
            _ => real(path),
        };
        self.seen.insert(target.into_os_string())
    }
}

/// Returns the folder of a dialect below a version location.
fn dialect_folder(location: &Path, dialect: Dialect) -> Option<PathBuf> {
    let names: &[&str] = match dialect.name() {
        "postgresql" => &["postgresql", "postgres", "pg"],
        name => &[name],
    };
    names.iter().map(|name| location.join(name)).find(|folder| folder.is_dir())
}

/// Takes nested files into the graph that they are connected to; unconnected ones (archives, templates) stay out.
fn join_nested(found: &mut RevisionFiles, mut nested: Vec<RevisionFile>) {
    nested.retain(|file| file.revision.id.is_some());
    let mut ids: BTreeSet<String> = found.files.iter().filter_map(|file| file.revision.id.clone()).collect();
    let mut wanted: BTreeSet<String> = found
        .files
        .iter()
        .flat_map(|file| targets(&file.revision))
        .filter(|target| !ids.contains(target))
        .collect();
    loop {
        let (connected, rest): (Vec<_>, Vec<_>) = nested.into_iter().partition(|file| {
            file.revision.id.as_ref().is_some_and(|id| wanted.contains(id) && !ids.contains(id))
                || targets(&file.revision).any(|target| ids.contains(&target))
        });
        nested = rest;
        if connected.is_empty() {
            return;
        }
        for file in connected {
            ids.extend(file.revision.id.clone());
            wanted.extend(targets(&file.revision));
            if let Some(folder) = file.file.parent()
                && !found.joined.iter().any(|known| known == folder)
            {
                found.joined.push(folder.to_path_buf());
            }
            found.files.push(file);
        }
    }
}

fn targets(revision: &Revision) -> impl Iterator<Item = String> + '_ {
    revision.down_revisions.iter().chain(&revision.depends_on).map(|reference| reference.target.clone())
}

/// Splits the files over the processors; the order stays.
fn read_in_parallel(root: &Path, paths: &[PathBuf]) -> Vec<RevisionFile> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    // Below a few dozen files, starting a thread costs more than it saves.
    if threads == 1 || paths.len() < 64 {
        return paths.iter().map(|path| read(root, path)).collect();
    }
    let chunk = paths.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let read_part = move |part: &[PathBuf]| part.iter().map(|path| read(root, path)).collect::<Vec<_>>();
        let workers: Vec<_> = paths
            .chunks(chunk)
            .map(|part| {
                let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
                (part, builder.spawn_scoped(scope, move || read_part(part)))
            })
            .collect();
        let files = workers.into_iter().flat_map(|(part, worker)| match worker {
            // A worker cannot panic unless reading one file does, and then so may we.
            Ok(worker) => worker.join().unwrap_or_default(),
            Err(_) => read_part(part),
        });
        files.collect()
    })
}

fn direct_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut out: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        // A link that leads nowhere or a pipe is kept: Alembic would stop at it.
        .filter(|path| path.extension().is_some_and(|extension| extension == "py") && !path.is_dir())
        .collect();
    // All are in one folder; comparing whole paths would take them apart.
    out.sort_by(|one, other| one.file_name().cmp(&other.file_name()));
    out
}

/// Alembic takes every `.py` file but editor locks and package markers.
fn is_revision_name(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    !name.starts_with(".#") && !name.starts_with("__init__") && !name.starts_with("._")
}

/// Reads one revision file.
pub fn read(root: &Path, file: &Path) -> RevisionFile {
    let path = files::relative(root, file);
    let (text, unreadable) = files::read_leniently(file);
    let (mut revision, mut computed) = header(&path, &text);
    if let Some(problem) = unreadable {
        let span = problem.span();
        revision.problem = Some((problem.reason, span));
        computed.clear();
    }
    RevisionFile { file: file.to_path_buf(), text, revision, computed }
}

/// Reads the text of a revision that is not on disk yet.
pub fn read_text(root: &Path, file: &Path, text: &str) -> RevisionFile {
    let path = files::relative(root, file);
    let (revision, computed) = header(&path, text);
    RevisionFile { file: file.to_path_buf(), text: Arc::from(text), revision, computed }
}

/// Returns the header that a text states, and the attributes that it computes.
fn header(path: &Arc<str>, text: &str) -> (Revision, Vec<(&'static str, Option<Span>)>) {
    let module = trueup_python::parse_assignments(text);
    let mut revision = Revision { path: path.clone(), text_hash: fingerprint(text), ..Revision::default() };
    read_docstring(&module, &mut revision);
    let mut computed = Vec::new();
    let mut stated = [false; 4];
    for stmt in &module.body {
        for (attribute, value) in assignments(stmt) {
            let Some(position) = ATTRIBUTES.iter().position(|name| *name == attribute) else { continue };
            stated[position] = true;
            if !take_literal(&mut revision, position, value, path) {
                computed.push((ATTRIBUTES[position], Some(schema_span(value.span))));
            }
        }
    }
    if let Some(error) = module.errors.first() {
        // Nothing of a broken file is evaluated: what its literals say is taken, the rest is unknown.
        computed.clear();
        revision.problem = Some((syntax_problem(&error.message), Some(schema_span(error.span))));
        return (revision, computed);
    }
    // An attribute may also be bound by an import or inside a condition; only the interpreter can tell.
    for (position, attribute) in ATTRIBUTES.iter().enumerate().take(2) {
        if stated[position] {
            continue;
        }
        if text.contains(attribute) {
            computed.push((attribute, None));
        } else if revision.problem.is_none() {
            revision.problem = Some((format!("it has no `{attribute}`"), None));
        }
    }
    if revision.id.is_none() && computed.is_empty() {
        revision.problem.get_or_insert_with(|| ("it has no `revision`".to_owned(), None));
    }
    (revision, computed)
}

/// Returns what a syntax error says of a file.
fn syntax_problem(message: &str) -> String {
    // The parser's own limits are no mistakes in the file.
    if message.starts_with("code is ") || message.starts_with("the file is ") {
        message.to_owned()
    } else {
        format!("it is not valid Python: {message}")
    }
}

/// Returns the names a top-level statement assigns with their values.
fn assignments(stmt: &Stmt) -> Vec<(&str, &Expr)> {
    let name = |expr: &'_ Expr| -> Option<String> {
        match &expr.kind {
            ExprKind::Name(name) => Some(name.to_string()),
            _ => None,
        }
    };
    match &stmt.kind {
        StmtKind::Assign { targets, value } => targets
            .iter()
            .filter_map(name)
            .filter_map(|name| {
                ATTRIBUTES.iter().find(|attribute| **attribute == name).map(|name| (*name, value))
            })
            .collect(),
        StmtKind::AnnAssign { target, value: Some(value), .. } => name(target)
            .and_then(|name| ATTRIBUTES.iter().find(|attribute| **attribute == name))
            .map(|name| (*name, value))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// Stores an attribute's value if it is a literal.
fn take_literal(revision: &mut Revision, position: usize, value: &Expr, path: &Arc<str>) -> bool {
    // Only one text is an id; a list of them is left to the interpreter, which says what it found.
    if position == 0 && !matches!(value.kind, ExprKind::Str(_) | ExprKind::None) {
        return false;
    }
    let Some(items) = literal_names(value) else { return false };
    let at = |span| Origin::at(path.clone(), schema_span(span));
    match position {
        0 => {
            revision.id = items.first().map(|(text, _)| text.clone());
            revision.id_origin = at(value.span);
        }
        1 => {
            revision.down_origin = at(value.span);
            revision.down_revisions =
                items.into_iter().map(|(target, span)| Reference { target, origin: at(span) }).collect();
        }
        2 => revision.branch_labels = items.into_iter().map(|(label, _)| label).collect(),
        _ => {
            revision.depends_on =
                items.into_iter().map(|(target, span)| Reference { target, origin: at(span) }).collect();
        }
    }
    true
}

/// Returns the texts of `None`, a string, or a tuple, list or set of strings.
fn literal_names(value: &Expr) -> Option<Vec<(String, trueup_python::ast::Span)>> {
    match &value.kind {
        ExprKind::None => Some(Vec::new()),
        ExprKind::Str(text) => Some(vec![(text.to_string(), value.span)]),
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => items
            .iter()
            .map(|item| match &item.kind {
                ExprKind::Str(text) => Some((text.to_string(), item.span)),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn read_docstring(module: &ModuleAst, revision: &mut Revision) {
    let Some((text, span)) = &module.docstring else { return };
    revision.docstring = Some(text.to_string());
    revision.docstring_span = Some(schema_span(*span));
    let field = |name: &str| {
        let line = text.lines().map(str::trim).find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().to_owned())
    };
    revision.docstring_revision = field("Revision ID:");
    revision.docstring_revises = field("Revises:");
    revision.docstring_date = field("Create Date:");
}

fn schema_span(span: trueup_python::ast::Span) -> Span {
    Span::new(span.start, span.end)
}

fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header_of(text: &str) -> (Revision, Vec<&'static str>) {
        let (revision, computed) = header(&Arc::from("versions/a.py"), text);
        (revision, computed.into_iter().map(|(attribute, _)| attribute).collect())
    }

    #[test]
    fn literal_headers_are_read_with_their_places() {
        let text = "\"\"\"add users\n\nRevision ID: a1\nRevises: b2, c3\n\"\"\"\nrevision = 'a1'\ndown_revision = ('b2', 'c3')\n";
        let (revision, computed) = header_of(text);
        assert_eq!(revision.id.as_deref(), Some("a1"));
        assert_eq!(revision.docstring_revises.as_deref(), Some("b2, c3"));
        let targets: Vec<_> =
            revision.down_revisions.iter().map(|reference| reference.target.as_str()).collect();
        assert_eq!(targets, ["b2", "c3"]);
        let (_, span) = revision.down_revisions[1].origin.0.clone().unwrap();
        assert_eq!(&text[span.start as usize..span.end as usize], "'c3'");
        assert_eq!(computed, Vec::<&str>::new());
    }

    #[test]
    fn files_of_a_folder_come_before_those_below_it() {
        let mut paths = ["v/2026/a.py", "v/b.py", "v/2026/01/c.py", "v/1.py"].map(PathBuf::from);
        paths.sort_by_cached_key(|path| loading_key(path));
        assert_eq!(paths, ["v/1.py", "v/b.py", "v/2026/a.py", "v/2026/01/c.py"].map(PathBuf::from));
    }

    #[test]
    fn annotated_headers_are_read() {
        let (revision, _) = header_of("revision: str = 'a1'\ndown_revision: Union[str, None] = None\n");
        assert_eq!(revision.id.as_deref(), Some("a1"));
        assert!(revision.down_revisions.is_empty() && revision.problem.is_none());
    }

    #[test]
    fn computed_headers_are_left_to_the_interpreter() {
        let (revision, computed) = header_of("PREFIX = 'a'\nrevision = PREFIX + '1'\ndown_revision = None\n");
        assert_eq!((revision.id, computed), (None, vec!["revision"]));
    }

    #[test]
    fn a_file_without_a_header_says_so() {
        let (revision, _) = header_of("def helper():\n    pass\n");
        assert_eq!(revision.problem.unwrap().0, "it has no `revision`");
    }

    #[test]
    fn a_syntax_error_is_reported_although_the_header_is_readable() {
        let (revision, _) = header_of("revision = 'a1'\ndown_revision = None\ndef upgrade(:\n    pass\n");
        assert_eq!(revision.id.as_deref(), Some("a1"));
        assert!(revision.problem.unwrap().0.starts_with("it is not valid Python"));
    }
}
