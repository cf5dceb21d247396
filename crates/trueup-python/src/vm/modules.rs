//! Evaluating modules: one name at a time, or from top to bottom.

use std::rc::Rc;

use super::{Frame, ImportEdge, ImportMode, Note, NoteKind, Vm};
use crate::ast::{ModuleAst, Name, Stmt, StmtKind};
use crate::error::{PyResult, Raised};
use crate::module::{Module, ModuleKind, Names, RunState, StmtState};
use crate::native::ModuleOrigin;
use crate::place::{Place, SourceRef};
use crate::scope::{Scope, ScopeKind};
use crate::value::{Dict, Value};

impl Vm {
    pub(crate) fn note_at(&mut self, kind: NoteKind, message: String, place: Option<Place>) {
        let traceback = self.stack.iter().filter_map(|site| site.place.clone()).collect();
        self.notes.push(Note { kind, message, place, traceback });
    }

    /// Returns a module, parsed but not evaluated; `None` when there should be one and there is not.
    pub fn module(&mut self, name: &str) -> Option<Rc<Module>> {
        if let Some(known) = self.modules.get(name) {
            return known.clone();
        }
        let name: Name = Rc::from(name);
        let host = self.host.clone();
        let made = match host.module(&name) {
            ModuleOrigin::Source { path, text, is_package, is_library } => {
                let ast = host.parsed(&path, &text).unwrap_or_else(|| crate::parse::parse(&text));
                Some(self.source_module(&name, path, ast, is_package, is_library))
            }
            ModuleOrigin::Namespace => Some(Self::empty_module(&name, ModuleKind::Namespace)),
            ModuleOrigin::Missing => None,
            ModuleOrigin::Absent => Some(match crate::stdlib::source(&name) {
                Some(text) => {
                    let ast = crate::parse::parse(text);
                    self.source_module(&name, Rc::from(format!("<{name}>")), ast, true, true)
                }
                None => Self::empty_module(&name, ModuleKind::Opaque),
            }),
        };
        self.modules.insert(name.clone(), made.clone());
        if made.is_some() {
            self.loaded.push(name);
        }
        made
    }

    fn source_module(
        &mut self,
        name: &Name,
        path: Rc<str>,
        ast: ModuleAst,
        is_package: bool,
        is_library: bool,
    ) -> Rc<Module> {
        let source = Rc::new(SourceRef { module: name.clone(), path, is_library });
        for error in &ast.errors {
            let place = Place { source: source.clone(), span: error.span };
            self.notes.push(Note {
                kind: NoteKind::Syntax,
                message: error.message.clone(),
                place: Some(place),
                traceback: Vec::new(),
            });
        }
        let module = Rc::new(Module::new(name.clone(), source, ModuleKind::Source, is_package, Rc::new(ast)));
        let scope = Rc::new(Scope::new(ScopeKind::Module, None, module.clone()));
        *module.scope.borrow_mut() = Some(scope);
        module
    }

    fn empty_module(name: &Name, kind: ModuleKind) -> Rc<Module> {
        let source = Rc::new(SourceRef {
            module: name.clone(),
            path: Rc::from(format!("<{name}>")),
            is_library: true,
        });
        let module = Rc::new(Module::new(name.clone(), source, kind, true, Rc::new(ModuleAst::default())));
        let scope = Rc::new(Scope::new(ScopeKind::Module, None, module.clone()));
        *module.scope.borrow_mut() = Some(scope);
        module
    }

    /// Adds a module made of values, or a module from parsed text of a revision, under a name.
    pub fn add_module(&mut self, name: &str, path: &str, text: &str, is_library: bool) -> Rc<Module> {
        let ast = crate::parse::parse(text);
        let name: Name = Rc::from(name);
        let module = self.source_module(&name, Rc::from(path), ast, false, is_library);
        self.modules.insert(name.clone(), Some(module.clone()));
        self.loaded.push(name);
        module
    }

    /// Returns the value of a name of a module, evaluating only what it needs.
    ///
    /// # Errors
    ///
    /// `ModuleNotFoundError`, `AttributeError`; what goes wrong *in* the module makes its names unknown instead.
    pub fn module_attr(&mut self, module: &str, name: &str) -> PyResult {
        match self.module(module) {
            Some(module) => self.getattr(&Value::Module(module), name),
            None => Err(self.raise("ModuleNotFoundError", format!("No module named '{module}'"))),
        }
    }

    /// Runs a module from top to bottom; a statement that raises becomes a note and its names unknown. Project modules
    /// that it imports are run likewise.
    pub fn run_module(&mut self, name: &str) -> Option<Rc<Module>> {
        self.run_module_with(name, ImportMode::Full)
    }

    /// Runs a module from top to bottom, and what it imports as the mode says.
    pub fn run_module_with(&mut self, name: &str, imports: ImportMode) -> Option<Rc<Module>> {
        let module = self.module(name)?;
        let mode = self.set_import_mode(imports);
        self.run_whole(&module);
        self.set_import_mode(mode);
        Some(module)
    }

    pub(crate) fn run_whole(&mut self, module: &Rc<Module>) {
        if module.run.get() != RunState::NotRun {
            return;
        }
        module.run.set(RunState::Running);
        stacker::maybe_grow(256 << 10, 4 << 20, || {
            for index in 0..module.ast.body.len() {
                self.run_statement(module, index);
            }
        });
        module.run.set(RunState::Done);
    }

    pub(crate) fn run_statement(&mut self, module: &Rc<Module>, index: usize) {
        let Some(state) = module.states.get(index) else { return };
        if state.get() != StmtState::NotRun {
            return;
        }
        let ast = module.ast.clone();
        let scope = module.scope.borrow().clone();
        let (Some(stmt), Some(scope)) = (ast.body.get(index), scope) else { return };
        state.set(StmtState::Running);
        let saved_running = module.running.replace(Some(index));
        let saved_place = self.current.clone();
        let saved_steps = self.refuel();
        let mut frame = Frame::new(scope, module.source.clone());
        let result = stacker::maybe_grow(256 << 10, 4 << 20, || self.exec(&mut frame, stmt));
        self.refuel();
        self.steps = saved_steps;
        module.running.set(saved_running);
        state.set(if result.is_ok() { StmtState::Done } else { StmtState::Failed });
        if let Err(raised) = result {
            self.fail_statement(module, stmt, &raised);
        }
        self.current = saved_place;
    }

    fn fail_statement(&mut self, module: &Rc<Module>, stmt: &Stmt, raised: &Raised) {
        let kind = if raised.is_abort() { NoteKind::Limit } else { NoteKind::Failed };
        let traceback = match raised {
            Raised::Exception(exception) => exception.traceback.clone(),
            Raised::Abort(_) => Vec::new(),
        };
        // What a library raises is told of the line that called it.
        let mut places = raised.place().into_iter().chain(traceback.iter().rev());
        let place = places
            .find(|place| module.source.is_library || !place.source.is_library)
            .cloned()
            .unwrap_or_else(|| Place { source: module.source.clone(), span: stmt.span });
        self.notes.push(Note {
            kind,
            message: raised.summary().to_owned(),
            place: Some(place.clone()),
            traceback,
        });
        for name in Names::bound_by(std::slice::from_ref(stmt)) {
            if module.get(&name).is_none() {
                module.set(&name, Value::unknown(raised.summary(), Some(place.clone())));
            }
        }
    }

    /// Looks a name up in a module as code that runs now sees it: what is above the statement that is running first,
    /// then, more tolerant than Python, what is below.
    pub(crate) fn module_name(&mut self, module: &Rc<Module>, name: &str) -> PyResult<Option<Value>> {
        if module.kind == ModuleKind::Opaque {
            return Ok(module.get(name));
        }
        let limit = module.running.get().unwrap_or(usize::MAX);
        self.settle(module, name, limit);
        if let Some(value) = module.get(name) {
            return Ok(Some(value));
        }
        if let Some(value) = self.starred_name(module, name)? {
            return Ok(Some(value));
        }
        if let Some(value) = self.hidden_name(module, name, limit) {
            return Ok(Some(value));
        }
        if limit != usize::MAX && module.run.get() != RunState::Running {
            self.settle(module, name, usize::MAX);
            if let Some(value) = module.get(name) {
                return Ok(Some(value));
            }
        }
        let running = module.index.borrow().get(name).is_some_and(|state| {
            state.stmts.iter().any(|at| module.states[*at as usize].get() == StmtState::Running)
        });
        if running && module.run.get() != RunState::Running && !self.builtins.contains_key(name) {
            let place = module
                .running
                .get()
                .and_then(|at| module.ast.body.get(at))
                .map(|stmt| Place { source: module.source.clone(), span: stmt.span });
            return Ok(Some(Value::unknown(format!("`{name}` is defined in a circle"), place)));
        }
        Ok(None)
    }

    /// Runs the statements that bind or touch a name, in order, up to a statement.
    fn settle(&mut self, module: &Rc<Module>, name: &str, limit: usize) {
        loop {
            let next = {
                let mut index = module.index.borrow_mut();
                let Some(state) = index.get_mut(name) else { return };
                match state.stmts.get(state.next) {
                    Some(at) if (*at as usize) < limit => {
                        state.next += 1;
                        *at as usize
                    }
                    _ => return,
                }
            };
            self.run_statement(module, next);
        }
    }

    /// Asks the modules that are star-imported.
    fn starred_name(&mut self, module: &Rc<Module>, name: &str) -> PyResult<Option<Value>> {
        if module.stars.is_empty() || module.star_next.get() > 0 {
            return Ok(None);
        }
        module.star_next.set(1);
        let result = self.search_stars(module, name);
        module.star_next.set(0);
        result
    }

    fn search_stars(&mut self, module: &Rc<Module>, name: &str) -> PyResult<Option<Value>> {
        let mut sources = Vec::new();
        let ast = module.ast.clone();
        for at in &module.stars {
            star_sources(std::slice::from_ref(&ast.body[*at]), &mut sources);
        }
        let mut doubt = None;
        for (from, level) in sources.into_iter().rev() {
            let Some(target) =
                crate::import_graph::resolve(&module.name, module.is_package, from.as_deref(), level)
            else {
                continue;
            };
            let Some(source) = self.module(&target) else { continue };
            if source.kind == ModuleKind::Opaque {
                doubt = Some(Value::Unknown(Rc::new(source.opaque_reason())));
                continue;
            }
            let exports = self.module_name(&source, "__all__")?;
            if !is_exported(exports.as_ref(), name) {
                continue;
            }
            if let Some(value) = self.starred_value(module, &source, name)? {
                module.set(name, value.clone());
                return Ok(Some(value));
            }
            // A list that is not known may name anything.
            doubt = doubt.or(exports.filter(Value::is_unknown));
        }
        if self.builtins.contains_key(name) || name.starts_with("__") {
            return Ok(None);
        }
        Ok(doubt)
    }

    /// A name that no statement shows, in a module that writes to `globals()`: everything above is run.
    fn hidden_name(&mut self, module: &Rc<Module>, name: &str, limit: usize) -> Option<Value> {
        if name.starts_with("__") || self.builtins.contains_key(name) || !module.mentions_globals() {
            return None;
        }
        for index in 0..limit.min(module.ast.body.len()) {
            self.run_statement(module, index);
        }
        module.get(name)
    }

    /// Returns the names that `from module import *` brings.
    pub(crate) fn exported_names(&mut self, module: &Rc<Module>) -> PyResult<Vec<Name>> {
        match self.module_name(module, "__all__")? {
            Some(list) if !list.is_unknown() => {
                Ok(list.items().unwrap_or_default().iter().filter_map(Value::as_str).collect())
            }
            _ => Ok(module.known_names().into_iter().filter(|name| !name.starts_with('_')).collect()),
        }
    }

    pub(crate) fn module_special(&mut self, module: &Rc<Module>, name: &str) -> PyResult<Option<Value>> {
        Ok(match name {
            "__name__" => Some(Value::Str(module.name.clone())),
            "__file__" => Some(Value::Str(module.source.path.clone())),
            "__doc__" => {
                Some(module.ast.docstring.as_ref().map_or(Value::None, |(text, _)| Value::Str(text.clone())))
            }
            "__package__" => Some(Value::str(if module.is_package {
                &module.name
            } else {
                module.name.rsplit_once('.').map_or("", |(package, _)| package)
            })),
            "__path__" if module.is_package => {
                Some(Value::list(vec![Value::Str(module.source.path.clone())]))
            }
            "__dict__" => Some(self.module_dict(module)),
            _ => None,
        })
    }

    /// Returns a dict of every name of a module that is bound above the code that runs, each evaluated; what is written
    /// to it is written to the module.
    pub(crate) fn module_dict(&mut self, module: &Rc<Module>) -> Value {
        let dict = Dict::default();
        for name in module.known_names() {
            let value = match module.running.get() {
                // More tolerance than this would run the very statements that need the dict.
                Some(limit) => {
                    self.settle(module, &name, limit);
                    module.get(&name)
                }
                None => self.module_name(module, &name).unwrap_or_default(),
            };
            if let Some(value) = value {
                dict.insert_str(&name, value);
            }
        }
        let _ = dict.module.set(Rc::downgrade(module));
        Value::Dict(Rc::new(dict))
    }

    pub(crate) fn module_attr_of(&mut self, module: &Rc<Module>, name: &str) -> PyResult<Option<Value>> {
        // Asked from outside: everything that concerns the name is run, unless the module is being run in order.
        if module.run.get() != RunState::Running && module.running.get().is_none() {
            self.settle(module, name, usize::MAX);
        }
        if let Some(value) = self.module_name(module, name)? {
            return Ok(Some(value));
        }
        if module.run.get() == RunState::Running {
            self.settle(module, name, usize::MAX);
            if let Some(value) = module.get(name) {
                return Ok(Some(value));
            }
        }
        if let Some(value) = self.module_special(module, name)? {
            return Ok(Some(value));
        }
        if module.is_package
            && let Some(found) = self.submodule(module, name)
        {
            return Ok(Some(Value::Module(found)));
        }
        if module.kind == ModuleKind::Opaque {
            let mut unknown = module.opaque_reason();
            unknown.place = self.user_place();
            return Ok(Some(Value::Unknown(Rc::new(unknown))));
        }
        if name != "__getattr__"
            && let Some(hook) = self.module_name(module, "__getattr__")?
        {
            return match self.call_with(&hook, vec![Value::str(name)]) {
                Ok(value) => Ok(Some(value)),
                Err(raised) if self.raised_is(&raised, "AttributeError") => Ok(None),
                Err(raised) => Err(raised),
            };
        }
        Ok(None)
    }

    /// Returns a submodule that has source or is a folder.
    pub(crate) fn submodule(&mut self, module: &Rc<Module>, name: &str) -> Option<Rc<Module>> {
        let full = format!("{}.{name}", module.name);
        if let Some(known) = self.modules.get(full.as_str()) {
            return known.clone().filter(|found| found.kind != ModuleKind::Opaque);
        }
        if matches!(self.host.clone().module(&full), ModuleOrigin::Source { .. } | ModuleOrigin::Namespace)
            || crate::stdlib::source(&full).is_some()
        {
            return self.module(&full);
        }
        None
    }

    pub(crate) fn add_edge(&mut self, from: &Rc<Module>, to: &str) {
        if let Some(place) = &self.current {
            self.edges.push(ImportEdge { from: from.name.clone(), to: Rc::from(to), place: place.clone() });
        }
    }
}

/// Tells whether `from module import *` brings a name, given the module's `__all__`.
fn is_exported(exports: Option<&Value>, name: &str) -> bool {
    match exports {
        Some(list) if !list.is_unknown() => {
            list.items().unwrap_or_default().iter().any(|item| item.as_str().as_deref() == Some(name))
        }
        _ => !name.starts_with('_'),
    }
}

fn star_sources(body: &[Stmt], found: &mut Vec<(Option<Name>, u32)>) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::ImportFrom { module, level, names }
                if names.iter().any(|alias| &*alias.name == "*") =>
            {
                found.push((module.clone(), *level));
            }
            StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => {}
            _ => crate::walk::stmt_parts(stmt, &mut |_| {}, &mut |body| star_sources(body, found)),
        }
    }
}
