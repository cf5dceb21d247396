//! A project's Python modules on disk, for the interpreter.
//!
//! Modules are found the way `import` finds them, on a search path made of what the configuration says
//! (`prepend_sys_path`), the project's folder, its `src`, and the folder above the package that holds the migrations.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use trueup_alembic::{Entry, LibraryVersion, SourceModule, Sources};

use crate::config::{Configuration, normalize};
use crate::files;

/// The modules of a project.
pub struct ProjectSources {
    root: PathBuf,
    search_path: Vec<PathBuf>,
    modules: RefCell<HashMap<String, Option<Located>>>,
    unreadable: RefCell<Vec<(PathBuf, files::Unreadable)>>,
    versions: RefCell<HashMap<String, Option<LibraryVersion>>>,
}

#[derive(Clone)]
enum Located {
    Module(SourceModule),
    Namespace,
}

impl ProjectSources {
    /// Returns the modules that a configuration makes importable.
    pub fn new(configuration: &Configuration) -> Self {
        Self {
            root: configuration.root.clone(),
            search_path: search_path(configuration),
            modules: RefCell::default(),
            unreadable: RefCell::default(),
            versions: RefCell::default(),
        }
    }

    /// Returns the folders that modules are imported from, first match wins.
    pub fn search_path(&self) -> &[PathBuf] {
        &self.search_path
    }

    /// Returns files that could not be read so far, and why.
    pub fn unreadable(&self) -> Vec<(PathBuf, files::Unreadable)> {
        self.unreadable.borrow().clone()
    }

    /// Returns the text of a file as far as it can be read, and notes what is wrong with it, once.
    pub fn read(&self, file: &Path) -> Arc<str> {
        let (text, problem) = files::read_leniently(file);
        let mut unreadable = self.unreadable.borrow_mut();
        if let Some(problem) = problem
            && !unreadable.iter().any(|(known, _)| known == file)
        {
            unreadable.push((file.to_path_buf(), problem));
        }
        text
    }

    /// Returns the dotted name under which a file is imported, if it is on the search path.
    ///
    /// A file inside a package is named from the folder above the outermost package, so that one file has one name
    /// although a folder inside the package is on the search path too.
    pub fn module_name(&self, file: &Path) -> Option<String> {
        let root = package_root(file.parent()?);
        let holding = self.search_path.iter().filter(|base| root.starts_with(base));
        let base = holding.max_by_key(|base| base.as_os_str().len())?;
        let inside = file.strip_prefix(base).ok()?.with_extension("");
        let mut parts: Vec<String> =
            inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        if parts.last().is_some_and(|last| last == "__init__") {
            parts.pop();
        }
        let valid = !parts.is_empty() && parts.iter().all(|part| is_identifier(part));
        valid.then(|| parts.join("."))
    }

    fn locate(&self, name: &str) -> Option<Located> {
        if let Some(known) = self.modules.borrow().get(name) {
            return known.clone();
        }
        let found = self.find(name);
        self.modules.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    fn find(&self, name: &str) -> Option<Located> {
        let inside: PathBuf = name.split('.').collect();
        let mut namespace = false;
        for base in &self.search_path {
            let folder = base.join(&inside);
            for (file, is_package) in
                [(folder.join("__init__.py"), true), (folder.with_extension("py"), false)]
            {
                if file.is_file() {
                    return self.load(&file, is_package);
                }
            }
            namespace |= folder.is_dir() && holds_python(&folder);
        }
        namespace.then_some(Located::Namespace)
    }

    fn load(&self, file: &Path, is_package: bool) -> Option<Located> {
        let path: Rc<str> = Rc::from(&*files::relative(&self.root, file));
        let text = self.read(file);
        Some(Located::Module(SourceModule { path, text: Rc::from(&*text), is_package }))
    }
}

impl Sources for ProjectSources {
    fn module(&self, name: &str) -> Option<SourceModule> {
        match self.locate(name)? {
            Located::Module(module) => Some(module),
            Located::Namespace => None,
        }
    }

    fn entry(&self, path: &str) -> Option<Entry> {
        files::entry(&self.root, path)
    }

    fn library_version(&self, package: &str) -> Option<LibraryVersion> {
        if let Some(known) = self.versions.borrow().get(package) {
            return *known;
        }
        let found = crate::requirements::version(&self.root, package);
        self.versions.borrow_mut().insert(package.to_owned(), found);
        found
    }

    fn is_namespace(&self, name: &str) -> bool {
        matches!(self.locate(name), Some(Located::Namespace))
    }

    fn owns(&self, top_level: &str) -> bool {
        self.locate(top_level).is_some()
    }
}

/// Returns the folders that modules are imported from.
///
/// Folders inside a package come last: what is meant by `import enum` in a package with an `enum.py` is decided by
/// the folders above it.
fn search_path(configuration: &Configuration) -> Vec<PathBuf> {
    let mut folders = configuration.python_path.clone();
    let root = &configuration.root;
    folders.push(root.clone());
    folders.push(root.join("src"));
    for location in configuration.script_location.iter().chain(&configuration.version_locations) {
        folders.push(location.clone());
        folders.extend(location.parent().map(Path::to_path_buf));
    }
    if let Some(file) = configuration.file.as_deref().and_then(Path::parent) {
        folders.push(file.to_path_buf());
        folders.push(file.join("src"));
    }
    let inside =
        folders.iter().filter(|folder| folder.join("__init__.py").is_file()).cloned().collect::<Vec<_>>();
    let mut seen = BTreeSet::new();
    let outer = folders.iter().map(|folder| package_root(folder));
    let all = outer.chain(inside).map(|folder| normalize(&folder));
    all.filter(|folder| folder.is_dir() && seen.insert(folder.clone())).collect()
}

/// Returns the first folder above that is no package: what a package is imported from.
fn package_root(folder: &Path) -> PathBuf {
    let mut current = folder;
    while current.join("__init__.py").is_file() {
        match current.parent() {
            Some(parent) => current = parent,
            None => break,
        }
    }
    current.to_path_buf()
}

/// Tells whether a folder holds Python at all, directly or one level below: only then is it a namespace package.
fn holds_python(folder: &Path) -> bool {
    let entries = |path: &Path| {
        std::fs::read_dir(path).map(|entries| entries.filter_map(Result::ok).collect::<Vec<_>>())
    };
    let is_python = |path: &Path| path.extension().is_some_and(|extension| extension == "py");
    let Ok(children) = entries(folder) else { return false };
    children.iter().any(|entry| {
        let path = entry.path();
        is_python(&path)
            || (path.is_dir()
                && entries(&path).is_ok_and(|inner| inner.iter().any(|entry| is_python(&entry.path()))))
    })
}

fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}
