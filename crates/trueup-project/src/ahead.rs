//! Parses ahead of the interpreter: on another thread, the texts that it will ask for next.
//!
//! A replay runs the revisions in order, and before each of them what it imports; half of the time that this takes is
//! parsing, and which texts come next is plain to see. So a second thread follows the same order, parses, and leaves the
//! parser's trees for the interpreter to fetch. Nothing depends on it: what is not there yet is parsed by whoever asks.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use trueup_alembic::{Entry, LibraryVersion, SourceModule, Sources};
use trueup_python::Syntax;
use trueup_python::ast::ModuleAst;

/// Bytes of text that are parsed and not yet asked for; their trees are some twenty times as large.
const MOST_AHEAD_BYTES: usize = 512 << 10;

/// Trees between the thread that parses and the one that evaluates.
#[derive(Default)]
pub(crate) struct Ahead {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// By path.
    texts: HashMap<String, Slot>,
    waiting_bytes: usize,
    /// Trees that were fetched, to be dropped where they were made.
    used: Vec<Syntax>,
    /// One of the two threads is done.
    is_over: bool,
}

enum Slot {
    BeingParsed,
    Parsed(Arc<str>, Syntax),
    /// The interpreter has asked for it.
    Asked,
}

impl Ahead {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the tree of a text, waiting for it when it is being made right now.
    fn fetch(&self, path: &str, text: &str) -> Option<ModuleAst> {
        let mut state = self.state();
        while matches!(state.texts.get(path), Some(Slot::BeingParsed)) && !state.is_over {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let Slot::Parsed(parsed, mut syntax) = state.texts.insert(path.to_owned(), Slot::Asked)? else {
            return None;
        };
        state.waiting_bytes -= parsed.len();
        drop(state);
        self.changed.notify_all();
        // A file may have changed between two readings.
        let ast = (*parsed == *text).then(|| syntax.lower());
        self.state().used.push(syntax);
        ast
    }

    /// Parses the revisions in order, each before what it imports, until the interpreter is done.
    pub(crate) fn parse<'a>(
        &self,
        revisions: impl Iterator<Item = (&'a str, &'a Arc<str>)>,
        sources: &dyn Sources,
    ) {
        let _end = End(self);
        for (path, text) in revisions {
            let Some(imports) = self.parse_one(path, text, |syntax| syntax.imports("", false, true)) else {
                return;
            };
            let mut pending: Vec<Import> = into_pending(imports);
            while let Some(import) = pending.pop() {
                let Some(module) = project_module(sources, &import.module) else { continue };
                let (path, text) = (module.path.to_string(), Arc::from(&*module.text));
                let found = self.parse_one(&path, &text, |syntax| {
                    syntax.imports(&import.module, module.is_package, false)
                });
                let Some(found) = found else { return };
                if module.is_package {
                    // `from package import submodule`
                    let inside = import.names.iter().map(|name| format!("{}.{name}", import.module));
                    pending.extend(inside.map(|module| Import { module, names: Vec::new() }));
                }
                pending.extend(into_pending(found));
            }
        }
    }

    /// Parses a text that nobody has asked for and returns what it imports; `None` when the interpreter is done.
    fn parse_one(
        &self,
        path: &str,
        text: &Arc<str>,
        imports: impl FnOnce(&Syntax) -> Vec<(String, Vec<String>)>,
    ) -> Option<Vec<(String, Vec<String>)>> {
        let mut state = self.state();
        while state.waiting_bytes > MOST_AHEAD_BYTES && !state.is_over {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_over {
            return None;
        }
        let used = std::mem::take(&mut state.used);
        if state.texts.contains_key(path) {
            return Some(Vec::new());
        }
        state.texts.insert(path.to_owned(), Slot::BeingParsed);
        drop(state);
        drop(used);
        let parsed = Syntax::of(text);
        let found = parsed.as_ref().map(imports).unwrap_or_default();
        let mut state = self.state();
        let slot = match parsed {
            Some(syntax) => {
                state.waiting_bytes += text.len();
                Slot::Parsed(text.clone(), syntax)
            }
            None => Slot::Asked,
        };
        state.texts.insert(path.to_owned(), slot);
        drop(state);
        self.changed.notify_all();
        Some(found)
    }
}

/// Tells the other thread that this one is done, even where it ends with a panic.
pub(crate) struct End<'a>(pub(crate) &'a Ahead);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.state().is_over = true;
        self.0.changed.notify_all();
    }
}

struct Import {
    module: String,
    names: Vec<String>,
}

/// Returns imports for a stack: the packages that a module is in first, then the module; the last import deepest.
fn into_pending(imports: Vec<(String, Vec<String>)>) -> Vec<Import> {
    let mut pending = Vec::new();
    for (module, names) in imports.into_iter().rev() {
        let packages: Vec<String> =
            module.match_indices('.').map(|(at, _)| module[..at].to_owned()).collect();
        pending.push(Import { module, names });
        pending.extend(packages.into_iter().rev().map(|module| Import { module, names: Vec::new() }));
    }
    pending
}

/// Returns a module of the project; what else there is has no text or one of ours.
fn project_module(sources: &dyn Sources, name: &str) -> Option<SourceModule> {
    let top_level = name.split('.').next().unwrap_or(name);
    let is_outside = trueup_python::is_standard_library(top_level) || trueup_alembic::is_library(top_level);
    if is_outside { None } else { sources.module(name) }
}

/// The modules of a project, with the trees that are there already.
pub(crate) struct WithAhead {
    pub(crate) sources: Rc<dyn Sources>,
    pub(crate) ahead: Arc<Ahead>,
}

impl Sources for WithAhead {
    fn module(&self, name: &str) -> Option<SourceModule> {
        self.sources.module(name)
    }

    fn parsed(&self, path: &str, text: &str) -> Option<ModuleAst> {
        self.ahead.fetch(path, text)
    }

    fn is_namespace(&self, name: &str) -> bool {
        self.sources.is_namespace(name)
    }

    fn entry(&self, path: &str) -> Option<Entry> {
        self.sources.entry(path)
    }

    fn library_version(&self, package: &str) -> Option<LibraryVersion> {
        self.sources.library_version(package)
    }

    fn owns(&self, top_level: &str) -> bool {
        self.sources.owns(top_level)
    }
}
