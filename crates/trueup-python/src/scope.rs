//! Where names live while code runs: a function call, a class body, or (in `module`) a module.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use crate::ast::{FunctionDef, Name};
use crate::attributes::AttrMap;
use crate::class::Class;
use crate::module::Module;
use crate::value::{Value, drop_nested};

/// What a scope belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// The module itself; its names are in the module, not in `vars`.
    Module,
    /// A function call or a comprehension.
    Function,
    /// A class body; invisible to the functions defined in it.
    Class,
}

/// A scope.
pub struct Scope {
    /// What it belongs to.
    pub kind: ScopeKind,
    /// Its names.
    pub vars: RefCell<AttrMap>,
    /// The scope around it.
    pub parent: Option<Rc<Scope>>,
    /// The module the code belongs to.
    pub module: Rc<Module>,
    /// The function that is running.
    pub function: Option<Rc<FunctionDef>>,
    /// The class that a class body has made, for `super()` in its methods.
    pub class: RefCell<Option<Weak<Class>>>,
    /// Spans of assignments in a class body, by name.
    pub spans: RefCell<indexmap::IndexMap<Name, crate::ast::Span, rustc_hash::FxBuildHasher>>,
    /// Annotations met in a class body.
    pub annotations: RefCell<indexmap::IndexMap<Name, crate::class::Annotation, rustc_hash::FxBuildHasher>>,
}

impl Scope {
    /// Returns an empty scope.
    pub fn new(kind: ScopeKind, parent: Option<Rc<Self>>, module: Rc<Module>) -> Self {
        Self {
            kind,
            vars: RefCell::default(),
            parent,
            module,
            function: None,
            class: RefCell::default(),
            spans: RefCell::default(),
            annotations: RefCell::default(),
        }
    }

    /// Returns the value of a name in this scope only.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.vars.borrow().get(name).cloned()
    }

    /// Binds a name in this scope only.
    pub fn set(&self, name: Name, value: Value) {
        let old = self.vars.borrow_mut().insert(name, value);
        drop(old);
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        drop_nested((std::mem::take(self.vars.get_mut()), self.parent.take()));
    }
}
