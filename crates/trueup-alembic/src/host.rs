//! The interpreter's window on the project and on the libraries.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use trueup_python::{
    Callee, Effect, Entry, Host, ModuleOrigin, Place, UnknownBranch, UnknownCall, Value, Vm, ast,
};
use trueup_schema::{Dialect, ObjectName};

use crate::facts::listing;
use crate::replay::{self, SimState};
use crate::{bind, compile, libraries, op};

/// A project's modules, supplied by whoever reads files.
pub trait Sources {
    /// Returns the source of a module by its exact dotted name.
    fn module(&self, name: &str) -> Option<SourceModule>;

    /// Returns the tree of a module's text where somebody has made it already.
    fn parsed(&self, _path: &str, _text: &str) -> Option<ast::ModuleAst> {
        None
    }

    /// Tells whether a dotted name is a folder without `__init__.py`.
    fn is_namespace(&self, name: &str) -> bool;

    /// Returns the version of a library that the project is made for, where something says it.
    fn library_version(&self, _package: &str) -> Option<LibraryVersion> {
        None
    }

    /// Returns what is at a path relative to the project; `None` for what is not there, not text, or outside of it.
    fn entry(&self, _path: &str) -> Option<Entry> {
        None
    }

    /// Tells whether a top-level name belongs to the project, so that a module missing below it is an error.
    fn owns(&self, top_level: &str) -> bool;
}

/// The version of a library, as far as a project says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LibraryVersion {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number, where exactly one release is meant.
    pub patch: Option<u32>,
}

/// The text of one module.
#[derive(Clone, Debug)]
pub struct SourceModule {
    /// Path relative to the project, with `/`.
    pub path: Rc<str>,
    /// Text.
    pub text: Rc<str>,
    /// Whether it is a package's `__init__.py`.
    pub is_package: bool,
}

/// What natives know beside the values they are given: `vm.state::<Context>()`.
pub struct Context {
    /// The database kind everything is compiled for.
    pub dialect: Dialect,
    /// The stub's `Dialect` objects, made once.
    pub(crate) dialect_object: RefCell<BTreeMap<Dialect, Value>>,
    /// Branches on something unknown whose skipped code could change the schema: reason and place.
    pub unproven: RefCell<Vec<(String, Option<Place>)>>,
    /// The simulated database that `op` and connections work on.
    pub state: RefCell<SimState>,
    /// The main section of Alembic's configuration file, where it is known.
    pub(crate) main_options: RefCell<Option<BTreeMap<String, String>>>,
    /// Modules whose code has listed a folder.
    pub(crate) listed: RefCell<BTreeSet<String>>,
    /// env.py, until it has been run for the replay.
    pub(crate) env: RefCell<Option<replay::EnvSource>>,
    /// Where Alembic keeps the revision, as far as env.py was asked.
    pub(crate) version_table: RefCell<ObjectName>,
    /// What `op.get_bind()` returns, made once.
    pub(crate) connection: RefCell<Option<Value>>,
    /// Tables and parts of tables that are missing because something they need is not known.
    pub(crate) lost: RefCell<Vec<(String, Option<Place>)>>,
    /// A real database, lent for the functions of revisions.
    pub(crate) lent: RefCell<Option<Rc<dyn crate::Live>>>,
    /// The same, while such a function runs: not while modules are imported.
    pub(crate) live: RefCell<Option<Rc<dyn crate::Live>>>,
    sources: RefCell<Option<Rc<dyn Sources>>>,
    /// How many columns were made so far.
    columns_made: Cell<i128>,
}

impl Context {
    /// Returns a context for a dialect.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            dialect_object: RefCell::default(),
            unproven: RefCell::default(),
            state: RefCell::new(SimState::new(dialect)),
            main_options: RefCell::default(),
            listed: RefCell::default(),
            env: RefCell::default(),
            version_table: RefCell::new(ObjectName::new("alembic_version")),
            connection: RefCell::default(),
            lost: RefCell::default(),
            lent: RefCell::default(),
            live: RefCell::default(),
            sources: RefCell::default(),
            columns_made: Cell::default(),
        }
    }

    /// Returns the number of the next column, for the order of creation.
    pub(crate) fn next_column(&self) -> i128 {
        self.columns_made.set(self.columns_made.get() + 1);
        self.columns_made.get()
    }

    /// Returns the version of SQLAlchemy that the project is made for; 2.0 where nothing says it.
    pub(crate) fn sqlalchemy_version(&self) -> (u32, u32) {
        self.library_version("sqlalchemy").map_or((2, 0), |version| (version.major, version.minor))
    }

    /// Returns the version of a library that the project is made for, where something says it.
    pub(crate) fn library_version(&self, package: &str) -> Option<LibraryVersion> {
        self.sources.borrow().as_ref()?.library_version(package)
    }

    /// Returns the text at a place in a module of the project.
    pub(crate) fn source_text(&self, place: &Place) -> Option<String> {
        let sources = self.sources.borrow().clone()?;
        let module = sources.module(&place.source.module)?;
        module.text.get(place.span.start as usize..place.span.end as usize).map(str::to_owned)
    }
}

/// Returns an interpreter that knows the libraries and reads the project through `sources`.
pub fn new_vm(sources: Rc<dyn Sources>, context: Rc<Context>) -> Vm {
    *context.sources.borrow_mut() = Some(sources.clone());
    let mut vm = Vm::new(Rc::new(ShimHost { sources, context: context.clone() }));
    vm.user_data = context;
    compile::register(&mut vm);
    op::register(&mut vm);
    bind::register(&mut vm);
    vm
}

struct ShimHost {
    sources: Rc<dyn Sources>,
    context: Rc<Context>,
}

/// Tells whether a package around a module takes parts from other installed distributions
/// (`pkgutil.extend_path`), so that what is not in the project may well be installed.
fn is_extended(sources: &dyn Sources, name: &str) -> bool {
    let packages = name.match_indices('.').map(|(at, _)| &name[..at]);
    packages.filter_map(|package| sources.module(package)).any(|source| source.text.contains("__path__"))
}

/// Tells where a module comes from: the libraries that trueup knows, the standard library, the project.
pub(crate) fn module_origin(sources: &dyn Sources, name: &str) -> ModuleOrigin {
    // A library's own name never belongs to the project, except where a project ships a module of that name.
    if let Some(stub) = libraries::stub(name) {
        return stub;
    }
    let top_level = name.split('.').next().unwrap_or(name);
    if is_outside(top_level) {
        return ModuleOrigin::Absent;
    }
    if let Some(source) = sources.module(name) {
        let SourceModule { path, text, is_package } = source;
        return ModuleOrigin::Source { path, text, is_package, is_library: false };
    }
    if sources.is_namespace(name) {
        return ModuleOrigin::Namespace;
    }
    let missing = sources.owns(top_level) && !is_extended(sources, name);
    if missing { ModuleOrigin::Missing } else { ModuleOrigin::Absent }
}

impl Host for ShimHost {
    fn module(&self, name: &str) -> ModuleOrigin {
        module_origin(&*self.sources, name)
    }

    fn parsed(&self, path: &str, text: &str) -> Option<ast::ModuleAst> {
        self.sources.parsed(path, text)
    }

    fn entry(&self, path: &str) -> Option<Entry> {
        self.sources.entry(path)
    }

    fn on_unknown_branch(&self, vm: &mut Vm, branch: &UnknownBranch) {
        replay::skipped_branch(vm, branch);
        if branch.effect == Effect::Schema {
            let place = branch.calls.first().cloned().or_else(|| Some(branch.place.clone()));
            self.context.unproven.borrow_mut().push((branch.reason.reason.clone(), place));
        }
    }

    fn on_unknown_call(&self, vm: &mut Vm, call: &UnknownCall<'_>) {
        let name = call.callee.rsplit('.').next().unwrap_or(call.callee);
        if listing::is_listing(name) {
            self.context.listed.borrow_mut().insert(call.place.source.module.to_string());
        }
        replay::unknown_call(vm, call);
    }

    fn call_effect(&self, _vm: &mut Vm, callee: &Callee<'_>, call: &ast::Call) -> Effect {
        replay::judge_call(callee, call)
    }
}

/// Tells whether a top-level name never belongs to the project: the standard library, and the libraries that trueup
/// knows, even where a folder of the project happens to have that name (`alembic/`, `types.py` inside a package).
pub(crate) fn is_outside(top_level: &str) -> bool {
    trueup_python::is_standard_library(top_level) || libraries::is_library(top_level)
}
