//! Import statements.

use std::rc::Rc;

use super::{Frame, ImportMode, NoteKind, Vm};
use crate::ast::{Alias, Name};
use crate::error::PyResult;
use crate::module::{Module, ModuleKind};
use crate::scope::ScopeKind;
use crate::value::Value;

impl Vm {
    /// Imports a module and the packages it is in, as a statement of `from` does; runs them in full mode.
    ///
    /// # Errors
    ///
    /// `ModuleNotFoundError` when a module inside the project is missing.
    pub fn import(&mut self, from: &Rc<Module>, name: &str) -> PyResult<Rc<Module>> {
        let mut last = None;
        let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
        for end in ends {
            let part = &name[..end];
            let Some(module) = self.module(part) else {
                let message = format!("No module named '{part}'");
                let place = self.current_place();
                self.note_at(NoteKind::MissingModule, message.clone(), place);
                return Err(self.raise("ModuleNotFoundError", message));
            };
            self.add_edge(from, part);
            let is_code = module.kind == ModuleKind::Source && !module.source.is_library;
            if self.import_mode != ImportMode::Lazy && is_code && !Rc::ptr_eq(&module, from) {
                let saved = self.current.clone();
                match self.import_mode {
                    ImportMode::Full => self.run_whole(&module),
                    _ => self.run_effects(&module),
                }
                self.current = saved;
            }
            last = Some(module);
        }
        match last {
            Some(module) => Ok(module),
            None => Err(self.raise("ModuleNotFoundError", "Empty module name")),
        }
    }

    pub(crate) fn exec_import(&mut self, frame: &mut Frame<'_>, names: &[Alias]) -> PyResult<()> {
        let from = frame.scope.module.clone();
        for alias in names {
            let module = self.import(&from, &alias.name)?;
            match &alias.asname {
                Some(asname) => self.store(frame, asname, Value::Module(module))?,
                None => {
                    let top: Name = Rc::from(alias.name.split('.').next().unwrap_or(""));
                    if let Some(module) = self.module(&top) {
                        self.store(frame, &top, Value::Module(module))?;
                    }
                }
            }
        }
        Ok(())
    }

    pub(crate) fn exec_import_from(
        &mut self,
        frame: &mut Frame<'_>,
        module: Option<&Name>,
        level: u32,
        names: &[Alias],
    ) -> PyResult<()> {
        let from = frame.scope.module.clone();
        let resolved =
            crate::import_graph::resolve(&from.name, from.is_package, module.map(|name| &**name), level);
        let Some(target) = resolved else {
            return Err(self.raise("ImportError", "attempted relative import beyond top-level package"));
        };
        if target == "__future__" {
            return Ok(());
        }
        let source = self.import(&from, &target)?;
        for alias in names {
            if &*alias.name == "*" {
                self.import_star(frame, &source)?;
                continue;
            }
            let value = self.import_name(&from, &source, &alias.name)?;
            self.store(frame, alias.asname.as_ref().unwrap_or(&alias.name), value)?;
        }
        Ok(())
    }

    fn import_name(&mut self, from: &Rc<Module>, source: &Rc<Module>, name: &Name) -> PyResult {
        // `from package import submodule`
        if !is_bound_by_now(source, name)
            && let Some(found) = self.submodule(source, name)
        {
            let full = found.name.clone();
            return self.import(from, &full).map(Value::Module);
        }
        match self.module_attr_of(source, name)? {
            // The package is just binding the name, in a circle: Python takes the submodule.
            Some(value) if value.is_unknown() && source.is_package => match self.submodule(source, name) {
                Some(found) => {
                    let full = found.name.clone();
                    self.import(from, &full).map(Value::Module)
                }
                None => Ok(value),
            },
            Some(value) => Ok(value),
            None => {
                let message = format!("cannot import name '{name}' from '{}'", source.name);
                let place = self.current_place();
                if !source.source.is_library {
                    self.note_at(NoteKind::MissingModule, message.clone(), place);
                } else if source.kind == ModuleKind::Source {
                    // A stub need not have everything that the library has.
                    return Ok(self.unknown(format!("`{}.{name}` is not modelled", source.name)));
                }
                Err(self.raise("ImportError", message))
            }
        }
    }

    fn import_star(&mut self, frame: &mut Frame<'_>, source: &Rc<Module>) -> PyResult<()> {
        // In a lazy module names are looked up in starred modules when they are asked for.
        if self.import_mode != ImportMode::Full && frame.scope.kind == ScopeKind::Module {
            return Ok(());
        }
        let from = frame.scope.module.clone();
        for name in self.exported_names(source)? {
            let value = match self.starred_value(&from, source, &name)? {
                Some(value) => Some(value),
                None => self.module_attr_of(source, &name)?,
            };
            if let Some(value) = value {
                self.store(frame, &name, value)?;
            }
        }
        Ok(())
    }

    /// Returns the value of a name that `import *` brings; submodules that `__all__` names are imported by it.
    ///
    /// Of a list that is not known, a submodule is taken to be in it when its name is asked for.
    pub(crate) fn starred_value(
        &mut self,
        from: &Rc<Module>,
        source: &Rc<Module>,
        name: &str,
    ) -> PyResult<Option<Value>> {
        if let Some(value) = self.module_name(source, name)? {
            return Ok(Some(value));
        }
        if self.module_name(source, "__all__")?.is_none() {
            return Ok(None);
        }
        match self.submodule(source, name) {
            Some(found) => {
                let full = found.name.clone();
                self.import(from, &full).map(|module| Some(Value::Module(module)))
            }
            None => Ok(None),
        }
    }
}

/// Tells whether a package has bound a name when code that runs now asks for it.
///
/// `from . import member` in a package's own `__init__.py` binds the name only when it is done: until then the name
/// is no reason to leave the submodule alone.
fn is_bound_by_now(source: &Rc<Module>, name: &str) -> bool {
    if !source.is_package || source.get(name).is_some() {
        return true;
    }
    let index = source.index.borrow();
    let Some(state) = index.get(name) else { return false };
    match source.running.get() {
        Some(running) => state.stmts.iter().any(|at| (*at as usize) < running && !source.is_done(*at)),
        None => true,
    }
}
