//! The tables that a project's code uses: in SQL inside of strings, and in the models of services.
//!
//! Python is read through its syntax tree, Go through its tokens. Nothing is evaluated: a name that is composed at run
//! time is left out, and so is what code creates itself. Tests and vendored code do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trueup_lint::context::RequiredTable;
use trueup_schema::{Dialect, Location, ObjectName, Span};

use crate::files;

mod go;
mod python;
mod statement;

/// Where to look.
#[derive(Clone, Debug)]
pub struct CodeRequest<'a> {
    /// The project: paths are relative to it.
    pub root: &'a Path,
    /// Folders with code.
    pub folders: Vec<PathBuf>,
    /// Folders to leave out, such as those of revisions.
    pub excluded: Vec<PathBuf>,
    /// How names in SQL are read.
    pub dialect: Dialect,
    /// Whether models count as uses, because nothing creates tables from them.
    pub models: bool,
}

/// A table that code uses.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeTable {
    /// The table and its place.
    pub required: RequiredTable,
    /// Other names it may have, where a library makes the name.
    pub alternatives: Vec<ObjectName>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct CodeTables {
    /// The tables, in order of path and place.
    pub tables: Vec<CodeTable>,
    /// Texts of the files they are in.
    pub texts: Vec<(Arc<str>, Arc<str>)>,
}

/// A use in one file.
#[derive(Clone, Debug, PartialEq)]
struct Use {
    name: ObjectName,
    span: Span,
    /// How, such as `INSERT INTO jobs`.
    text: String,
    /// The class or struct, for a model.
    model: Option<String>,
    alternatives: Vec<ObjectName>,
}

impl Use {
    fn model(name: ObjectName, span: Span, text: String, class: &str) -> Self {
        Self { name, span, text, model: Some(class.to_owned()), alternatives: Vec::new() }
    }
}

/// What one file tells.
#[derive(Clone, Debug, Default)]
struct FileTables {
    uses: Vec<Use>,
    /// Tables that it creates in SQL of its own.
    creates: BTreeSet<ObjectName>,
    /// Models whose tables a library creates when it runs.
    creates_models: BTreeSet<String>,
    /// A library creates the tables of all models.
    creates_all_models: bool,
    /// A library is told to make names in a way of its own.
    own_names: bool,
}

/// Files that begin a service of its own.
const SERVICE_MARKS: &[&str] =
    &["go.mod", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "package.json", "Dockerfile"];

/// Finds the tables that code uses.
pub fn scan(request: &CodeRequest<'_>) -> CodeTables {
    let mut services = Services { root: request.root, known: BTreeMap::new() };
    let mut read: Vec<(Arc<str>, Arc<str>, PathBuf, FileTables)> = Vec::new();
    for file in code_files(request) {
        let Ok(text) = files::read_source(&file) else { continue };
        let path = files::relative(request.root, &file);
        let mut found = if path.ends_with(".go") {
            go::tables(request.dialect, &text)
        } else {
            python::tables(request.dialect, &text)
        };
        if is_migration(&path) {
            found.uses.clear();
        }
        let service = services.of(&file);
        read.push((path, text, service, found));
    }
    collect(request, read)
}

/// What the files of a service tell together.
#[derive(Default)]
struct Service {
    creates_models: BTreeSet<String>,
    creates_all_models: bool,
    own_names: bool,
}

fn collect(request: &CodeRequest<'_>, read: Vec<(Arc<str>, Arc<str>, PathBuf, FileTables)>) -> CodeTables {
    let mut services: BTreeMap<PathBuf, Service> = BTreeMap::new();
    let mut created: BTreeSet<ObjectName> = BTreeSet::new();
    for (_, _, service, found) in &read {
        let service = services.entry(service.clone()).or_default();
        service.creates_models.extend(found.creates_models.iter().cloned());
        service.creates_all_models |= found.creates_all_models;
        service.own_names |= found.own_names;
        created.extend(found.creates.iter().cloned());
    }
    let is_created =
        |service: &Service, model: &str| service.creates_all_models || service.creates_models.contains(model);
    for (_, _, service, found) in &read {
        let Some(service) = services.get(service) else { continue };
        let models = found
            .uses
            .iter()
            .filter(|used| used.model.as_ref().is_some_and(|model| is_created(service, model)));
        created.extend(models.flat_map(|used| used.alternatives.iter().chain([&used.name]).cloned()));
    }
    let mut out = CodeTables::default();
    for (path, text, service, found) in read {
        let own_names = services.get(&service).is_some_and(|service| service.own_names);
        let before = out.tables.len();
        for used in found.uses {
            // A library that is told how to make names makes names that we do not know.
            let unknown = own_names && !used.alternatives.is_empty();
            if created.contains(&used.name) || unknown || (used.model.is_some() && !request.models) {
                continue;
            }
            let location = Location::at(path.clone(), used.span);
            let required = RequiredTable { name: used.name, location, text: used.text };
            out.tables.push(CodeTable { required, alternatives: used.alternatives });
        }
        if out.tables.len() > before {
            out.texts.push((path, text));
        }
    }
    out
}

fn code_files(request: &CodeRequest<'_>) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        request.folders.iter().flat_map(|folder| files::with_extension(folder, &["py", "go"])).collect();
    files.sort();
    files.dedup();
    files.retain(|file| {
        let path = files::relative(request.root, file);
        let excluded = request.excluded.iter().any(|folder| file.starts_with(folder));
        let own_revisions = || {
            file.ancestors()
                .skip(1)
                .take_while(|folder| *folder != request.root)
                .any(|folder| folder.join("alembic.ini").is_file())
        };
        !excluded && !is_test(&path) && !own_revisions()
    });
    files
}

/// Tells whether a file is a test or somebody else's code, by its place and name.
fn is_test(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "test",
        "tests",
        "testing",
        "testdata",
        "testutil",
        "testutils",
        "e2e",
        "fixtures",
        "vendor",
        "third_party",
    ];
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    folders.split('/').any(|folder| FOLDERS.contains(&folder))
        || name.starts_with("test_")
        || name.starts_with("conftest")
        || name.ends_with("_test.go")
        || name.ends_with("_test.py")
}

/// Tells whether a file is a migration: what it uses belongs to its own point in time.
fn is_migration(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "migrations" | "migration" | "alembic" | "versions"))
}

/// Finds the service that a file belongs to: the nearest folder above with a mark of one.
struct Services<'a> {
    root: &'a Path,
    known: BTreeMap<PathBuf, PathBuf>,
}

impl Services<'_> {
    fn of(&mut self, file: &Path) -> PathBuf {
        let folder = file.parent().unwrap_or(self.root).to_path_buf();
        if let Some(known) = self.known.get(&folder) {
            return known.clone();
        }
        let inside = folder.ancestors().take_while(|above| above.starts_with(self.root));
        let mut marked = inside.filter(|above| SERVICE_MARKS.iter().any(|mark| above.join(mark).is_file()));
        let found = marked.next().unwrap_or(self.root).to_path_buf();
        self.known.insert(folder, found.clone());
        found
    }
}

/// Returns a table's name as a library takes it, `app.users` or `users`.
fn table_name(dialect: Dialect, text: &str) -> Option<ObjectName> {
    let plain = |part: &str| {
        !part.is_empty()
            && part.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '$'))
    };
    let parts: Vec<&str> = text.split('.').map(|part| part.trim_matches(['"', '`'])).collect();
    match parts.as_slice() {
        [name] if plain(name) => Some(ObjectName::new(*name)),
        [namespace, name] if plain(namespace) && plain(name) => {
            Some(ObjectName::qualified(dialect, Some(namespace), *name))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
