//! Importing a module for what others can notice of it.
//!
//! Python runs a module from top to bottom. Most statements do nothing but bind a name of their own module: functions,
//! classes, constants. Those wait until somebody asks for the name; what may do more (a registry that is filled, a hook
//! that is set, the imports) runs at once. [`Vm::finish_modules`] runs the rest, for whoever looks at what classes and
//! calls leave in a library's own registries.

use std::rc::Rc;

use super::{ImportMode, Vm};
use crate::ast::{Alias, ClassDef, Expr, ExprKind, Name, Stmt, StmtKind};
use crate::module::{Module, ModuleKind, RunState};
use crate::walk;

/// Names that are followed from one module to the next until the chain is taken to end nowhere.
const MAX_HOPS: usize = 12;

impl Vm {
    /// Imports a module of the project for its effects.
    pub fn import_effects(&mut self, name: &str) {
        if let Some(module) = self.module(name) {
            self.run_effects(&module);
        }
    }

    /// Runs the statements of a module that may do more than bind names of it, and those of the modules that it imports.
    pub(crate) fn run_effects(&mut self, module: &Rc<Module>) {
        if module.run.get() != RunState::NotRun || module.has_effects_run.replace(true) {
            return;
        }
        self.unfinished.push(module.clone());
        let ast = module.ast.clone();
        stacker::maybe_grow(256 << 10, 4 << 20, || {
            for (index, stmt) in ast.body.iter().enumerate() {
                match &stmt.kind {
                    StmtKind::Import(names) => self.touch_modules(module, names),
                    StmtKind::ImportFrom { module: from, level, names } => {
                        self.touch_names(module, from.as_ref(), *level, names);
                    }
                    _ if self.is_quiet(module, stmt) => {}
                    _ => self.run_statement(module, index),
                }
            }
        });
    }

    /// Runs what importing for effects has left out, in the order of the imports.
    pub fn finish_modules(&mut self) {
        let mode = self.set_import_mode(ImportMode::Full);
        while !self.unfinished.is_empty() {
            for module in std::mem::take(&mut self.unfinished) {
                self.run_whole(&module);
            }
        }
        self.set_import_mode(mode);
    }

    /// `import a.b` without binding `a`; what cannot be imported shows when the name is asked for.
    fn touch_modules(&mut self, from: &Rc<Module>, names: &[Alias]) {
        for alias in names {
            let _ = self.import(from, &alias.name);
        }
    }

    /// `from a import b` without asking for `b`, unless that is a module.
    fn touch_names(&mut self, from: &Rc<Module>, module: Option<&Name>, level: u32, names: &[Alias]) {
        let module = module.map(|name| &**name);
        let Some(target) = crate::import_graph::resolve(&from.name, from.is_package, module, level) else {
            return;
        };
        if target == "__future__" {
            return;
        }
        let Ok(source) = self.import(from, &target) else { return };
        if !source.is_package || source.source.is_library {
            return;
        }
        for alias in names {
            let is_bound = source.index.borrow().contains_key(&*alias.name);
            if !is_bound && let Some(found) = self.submodule(&source, &alias.name) {
                let full = found.name.clone();
                let _ = self.import(from, &full);
            }
        }
    }

    /// Tells whether a statement surely does nothing but bind names of its module.
    fn is_quiet(&mut self, module: &Rc<Module>, stmt: &Stmt) -> bool {
        match &stmt.kind {
            StmtKind::Pass => true,
            StmtKind::Expr(expr) => matches!(expr.kind, ExprKind::Str(_) | ExprKind::Ellipsis),
            StmtKind::FunctionDef(def) => self.are_foreign(module, &def.decorators),
            StmtKind::ClassDef(class) => {
                self.are_foreign(module, &class.decorators) && !self.has_hook(module, class, 0)
            }
            StmtKind::Assign { targets, value } => {
                targets.iter().all(|target| matches!(target.kind, ExprKind::Name(_)))
                    && self.makes_nothing(module, value)
            }
            StmtKind::AnnAssign { target, value, .. } => {
                matches!(target.kind, ExprKind::Name(_))
                    && value.as_ref().is_none_or(|value| self.makes_nothing(module, value))
            }
            _ => false,
        }
    }

    /// Tells whether decorators come from code that is not read, or from the standard library: such a one may keep what
    /// it decorates, but nothing that is read asks it.
    fn are_foreign(&mut self, module: &Rc<Module>, decorators: &[Expr]) -> bool {
        decorators.iter().all(|decorator| {
            root(decorator).is_some_and(|name| self.origin(module, name, 0) == Origin::Foreign)
        })
    }

    /// Tells whether evaluating an expression calls nothing of the project's own, and nothing on an object.
    fn makes_nothing(&mut self, module: &Rc<Module>, expr: &Expr) -> bool {
        if let ExprKind::Call(call) = &expr.kind {
            let is_import = root(&call.function).is_some_and(|name| {
                matches!(self.origin(module, name, 0), Origin::Foreign | Origin::Library)
                    && !is_assigned(module, name)
            });
            if !is_import {
                return false;
            }
        }
        if matches!(expr.kind, ExprKind::Walrus { .. } | ExprKind::Await(_) | ExprKind::Comprehension(_)) {
            return false;
        }
        let mut quiet = true;
        walk::parts(expr, &mut |part| quiet = quiet && self.makes_nothing(module, part));
        quiet
    }

    /// Tells whether defining a class runs code of the project: `__init_subclass__`, a metaclass, a call in its body.
    fn has_hook(&mut self, module: &Rc<Module>, class: &ClassDef, hops: usize) -> bool {
        if hops > MAX_HOPS || class.keywords.iter().any(|(name, _)| name.as_deref() == Some("metaclass")) {
            return true;
        }
        self.body_calls(module, class)
            || class.bases.iter().any(|base| match &base.kind {
                ExprKind::Name(name) => self.is_hooked(module, name, hops),
                ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => {
                    root(base).is_none_or(|name| self.origin(module, name, hops) == Origin::Project)
                }
                _ => true,
            })
    }

    /// Tells whether the body of a class hands something of it to the project's own code.
    fn body_calls(&mut self, module: &Rc<Module>, class: &ClassDef) -> bool {
        let is_own = |name: &str| {
            class.body.iter().any(|stmt| match &stmt.kind {
                StmtKind::FunctionDef(def) => &*def.name == name,
                StmtKind::Assign { targets, .. } => targets.iter().any(|target| root(target) == Some(name)),
                _ => false,
            })
        };
        class.body.iter().any(|stmt| match &stmt.kind {
            StmtKind::Expr(expr) => !matches!(expr.kind, ExprKind::Str(_) | ExprKind::Ellipsis),
            StmtKind::FunctionDef(def) => def
                .decorators
                .iter()
                .filter_map(root)
                .any(|name| !is_own(name) && self.origin(module, name, 0) == Origin::Project),
            _ => false,
        })
    }

    /// Tells whether the class of a name, or one that it derives from, has code that runs when it is derived from.
    fn is_hooked(&mut self, module: &Rc<Module>, name: &str, hops: usize) -> bool {
        let Some((module, at)) = self.definition(module, name, hops) else {
            return self.origin(module, name, hops) == Origin::Project;
        };
        match &module.ast.clone().body[at].kind {
            StmtKind::ClassDef(class) => {
                let is_hook = |stmt: &Stmt| matches!(&stmt.kind, StmtKind::FunctionDef(def) if &*def.name == "__init_subclass__");
                class.body.iter().any(is_hook) || self.has_hook(&module, class, hops + 1)
            }
            // `Base = declarative_base(cls=Own)`
            StmtKind::Assign { value, .. } => match &value.kind {
                ExprKind::Call(call) if hops < MAX_HOPS && self.makes_nothing(&module, value) => {
                    let keywords = call.keywords.iter().map(|(_, value)| value);
                    call.args.iter().chain(keywords).any(|value| match &value.kind {
                        ExprKind::Name(name) => self.is_hooked(&module, name, hops + 1),
                        _ => false,
                    })
                }
                _ => true,
            },
            _ => true,
        }
    }

    /// Follows a name to the statement of the project that alone binds it.
    fn definition(&mut self, module: &Rc<Module>, name: &str, hops: usize) -> Option<(Rc<Module>, usize)> {
        let bound = bindings(module, name);
        let [at] = bound[..] else { return None };
        let ast = module.ast.clone();
        match &ast.body[at].kind {
            StmtKind::ImportFrom { module: from, level, names } if hops < MAX_HOPS => {
                let alias =
                    names.iter().find(|alias| &**alias.asname.as_ref().unwrap_or(&alias.name) == name)?;
                let from = from.as_ref().map(|name| &**name);
                let target = crate::import_graph::resolve(&module.name, module.is_package, from, *level)?;
                let source = self.module(&target)?;
                if source.source.is_library {
                    return None;
                }
                self.definition(&source, &alias.name, hops + 1)
            }
            StmtKind::Import(_) => None,
            _ => Some((module.clone(), at)),
        }
    }

    /// Tells where what a module calls by a name comes from.
    fn origin(&mut self, module: &Rc<Module>, name: &str, hops: usize) -> Origin {
        let bound = bindings(module, name);
        if bound.is_empty() {
            return if self.builtins.contains_key(name) { Origin::Foreign } else { Origin::Project };
        }
        let ast = module.ast.clone();
        let mut found = Origin::Foreign;
        for at in bound {
            let from = match &ast.body[at].kind {
                StmtKind::Import(names) => names.first().map(|alias| alias.name.to_string()),
                StmtKind::ImportFrom { module: from, level, .. } => {
                    let from = from.as_ref().map(|name| &**name);
                    crate::import_graph::resolve(&module.name, module.is_package, from, *level)
                }
                StmtKind::Assign { value, .. } if hops < MAX_HOPS => {
                    if !self.makes_nothing(module, value) {
                        return Origin::Project;
                    }
                    let root = match &value.kind {
                        ExprKind::Call(call) => root(&call.function),
                        _ => None,
                    };
                    let Some(root) = root else { return Origin::Project };
                    found = found.max(self.origin(module, root, hops + 1));
                    continue;
                }
                _ => None,
            };
            found = found.max(from.and_then(|name| self.module(&name)).map_or(Origin::Project, |module| {
                match module.kind {
                    ModuleKind::Opaque => Origin::Foreign,
                    _ if module.source.path.starts_with('<') && module.source.is_library => Origin::Foreign,
                    _ if module.source.is_library => Origin::Library,
                    _ => Origin::Project,
                }
            }));
        }
        found
    }
}

/// Tells whether a name is bound by something else than imports.
fn is_assigned(module: &Rc<Module>, name: &str) -> bool {
    let is_import =
        |at: &usize| matches!(module.ast.body[*at].kind, StmtKind::Import(_) | StmtKind::ImportFrom { .. });
    !bindings(module, name).iter().all(is_import)
}

/// Where a name comes from, the least that can be said of it last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    /// Code that is not read, or the standard library.
    Foreign,
    /// A library that is described.
    Library,
    /// The project.
    Project,
}

/// Returns the top-level statements that bind or touch a name.
fn bindings(module: &Rc<Module>, name: &str) -> Vec<usize> {
    let index = module.index.borrow();
    index.get(name).map(|state| state.stmts.iter().map(|at| *at as usize).collect()).unwrap_or_default()
}

/// Returns the name that a chain of attributes, calls and subscripts begins with.
fn root(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Attribute { value, .. } | ExprKind::Subscript { value, .. } => root(value),
        ExprKind::Call(call) => root(&call.function),
        _ => None,
    }
}
