//! The machine: what is running, where, how much it may still do, and what it has met on the way.

mod attr;
mod call;
mod classdef;
mod convert;
mod effects;
mod expr;
mod generator;
mod imports;
mod iterate;
mod modules;
mod ops;
mod pattern;
mod skipped;
mod stmt;

pub use classdef::ClassParts;
pub use convert::Truth;
pub(crate) use stmt::{Flow, Frame};

use std::any::Any;
use std::rc::{Rc, Weak};

use rustc_hash::FxHashMap;

use crate::ast::{Name, Span};
use crate::attributes::AttrMap;
use crate::builtins::Types;
use crate::class::{Class, Instance};
use crate::error::{Abort, Exception, Raised};
use crate::module::Module;
use crate::native::{Args, Host, NativeFn};
use crate::place::{Place, SourceRef};
use crate::value::{Unknown, Value};

/// How much evaluation may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps (statements, expressions, items) for one top-level statement or one call from outside.
    pub steps: u64,
    /// Steps in the whole life of the machine.
    pub total_steps: u64,
    /// Nested calls.
    pub call_depth: usize,
    /// Items of one container, characters of one string.
    pub size: usize,
}

/// Values inside values that one comparison follows; Python gives up at its recursion limit of 1,000.
const MAX_NESTING: usize = 1_000;

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 3_000_000, total_steps: 300_000_000, call_depth: 250, size: 4_000_000 }
    }
}

/// How an import of a project module is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// Only what is asked for is evaluated: for revisions.
    Lazy,
    /// What others can notice is run, the rest when it is asked for or by [`Vm::finish_modules`]: for what revisions
    /// import.
    Effects,
    /// The module is run from top to bottom, as Python does: for env.py and models.
    Full,
}

/// Something worth knowing that did not end evaluation.
#[derive(Clone, Debug)]
pub struct Note {
    /// What kind of thing it is.
    pub kind: NoteKind,
    /// In words, such as `NameError: name 'x' is not defined`.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// The calls that were active, outermost first.
    pub traceback: Vec<Place>,
}

/// What kind of thing a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// A top-level statement raised; its names are unknown.
    Failed,
    /// A limit was exceeded.
    Limit,
    /// An import inside the project leads nowhere.
    MissingModule,
    /// Source text has a syntax error.
    Syntax,
    /// `if <unknown>: raise …` was taken as not happening.
    AssumedGuard,
    /// The embedder went on with something that is not known but hardly matters.
    Assumed,
    /// A metaclass of the project was not run.
    Metaclass,
}

/// One module importing another while it ran.
#[derive(Clone, Debug)]
pub struct ImportEdge {
    /// The importing module.
    pub from: Name,
    /// The imported module.
    pub to: Name,
    /// The import statement.
    pub place: Place,
}

/// An active call.
#[derive(Clone)]
pub struct CallSite {
    /// How the callee is called.
    pub callee: Name,
    /// The call expression.
    pub place: Option<Place>,
}

/// The interpreter.
pub struct Vm {
    pub(crate) host: Rc<dyn Host>,
    /// State of the embedder that native functions reach.
    pub user_data: Rc<dyn Any>,
    /// The builtin classes.
    pub types: Types,
    pub(crate) builtins: AttrMap,
    pub(crate) modules: FxHashMap<Name, Option<Rc<Module>>>,
    pub(crate) loaded: Vec<Name>,
    pub(crate) edges: Vec<ImportEdge>,
    pub(crate) notes: Vec<Note>,
    pub(crate) stack: Vec<CallSite>,
    pub(crate) current: Option<Place>,
    pub(crate) handling: Vec<Raised>,
    pub(crate) limits: Limits,
    pub(crate) steps: u64,
    pub(crate) total_steps: u64,
    pub(crate) import_mode: ImportMode,
    /// Modules that were imported for their effects only.
    pub(crate) unfinished: Vec<Rc<Module>>,
    pub(crate) natives: FxHashMap<Name, NativeFn>,
    pub(crate) classes: Vec<Weak<Class>>,
    pub(crate) annotations: FxHashMap<Name, Option<Rc<crate::ast::Expr>>>,
    pub(crate) scan: skipped::ScanState,
    /// How deeply values inside values are being looked at.
    nesting: usize,
}

impl Vm {
    /// Returns a machine that knows the builtins and the standard library.
    pub fn new(host: Rc<dyn Host>) -> Self {
        let types = Types::new();
        let builtins = crate::builtins::table(&types);
        let mut vm = Self {
            host,
            user_data: Rc::new(()),
            types,
            builtins,
            modules: FxHashMap::default(),
            loaded: Vec::new(),
            edges: Vec::new(),
            notes: Vec::new(),
            stack: Vec::new(),
            current: None,
            handling: Vec::new(),
            limits: Limits::default(),
            steps: 0,
            total_steps: 0,
            import_mode: ImportMode::Lazy,
            unfinished: Vec::new(),
            natives: FxHashMap::default(),
            classes: Vec::new(),
            annotations: FxHashMap::default(),
            scan: skipped::ScanState::default(),
            nesting: 0,
        };
        crate::stdlib::register(&mut vm);
        vm
    }

    /// Sets how much evaluation may use.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Returns how much evaluation may use.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Sets how imports of project modules are done and returns what it was.
    pub fn set_import_mode(&mut self, mode: ImportMode) -> ImportMode {
        std::mem::replace(&mut self.import_mode, mode)
    }

    /// Registers what a stub function of the given `module.qualname` does; the host is asked only for others.
    pub fn register(
        &mut self,
        full_name: &str,
        function: impl Fn(&mut Self, Args) -> crate::PyResult + 'static,
    ) {
        self.natives.insert(Rc::from(full_name), Rc::new(function));
    }

    /// Runs something with what it registers; afterwards stub functions do what they did before.
    pub fn with_own_natives<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let saved = self.natives.clone();
        let result = run(self);
        self.natives = saved;
        result
    }

    /// Returns the host.
    pub fn host(&self) -> Rc<dyn Host> {
        self.host.clone()
    }

    /// Returns the embedder's state when it is of the given type.
    pub fn state<T: Any>(&self) -> Option<Rc<T>> {
        self.user_data.clone().downcast().ok()
    }

    /// Returns what was noted and forgets it.
    pub fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Returns what was noted.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Adds a note.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Returns the modules that were loaded, in order.
    pub fn loaded_modules(&self) -> &[Name] {
        &self.loaded
    }

    /// Returns which module imported which, with places.
    pub fn import_edges(&self) -> &[ImportEdge] {
        &self.edges
    }

    /// Tells whether a name is one of Python's builtins.
    pub fn is_builtin(&self, name: &str) -> bool {
        self.builtins.contains_key(name)
    }

    /// Returns the active calls, outermost first.
    pub fn call_stack(&self) -> &[CallSite] {
        &self.stack
    }

    /// Returns the innermost place: the call that a native function was reached by.
    pub fn current_place(&self) -> Option<Place> {
        self.current.clone()
    }

    /// Returns the innermost place that is not in a library stub: what the user wrote.
    pub fn user_place(&self) -> Option<Place> {
        if let Some(place) = &self.current
            && !place.source.is_library
        {
            return Some(place.clone());
        }
        self.stack
            .iter()
            .rev()
            .filter_map(|site| site.place.as_ref())
            .find(|place| !place.source.is_library)
            .or(self.current.as_ref())
            .cloned()
    }

    /// Returns an unknown value whose place is what the user wrote.
    pub fn unknown(&self, reason: impl Into<String>) -> Value {
        Value::Unknown(Rc::new(Unknown { reason: reason.into(), place: self.user_place() }))
    }

    /// Returns a new instance of a class without running its constructor.
    pub fn new_instance(&self, class: &Rc<Class>) -> Rc<Instance> {
        Rc::new(Instance::new(class.clone(), self.user_place()))
    }

    /// Returns an exception of a builtin class, to be returned as an error.
    pub fn raise(&self, class: &str, message: impl AsRef<str>) -> Raised {
        let class = match self.builtins.get(class) {
            Some(Value::Class(class)) => class.clone(),
            _ => self.types.exception.clone(),
        };
        self.raise_class(&class, message.as_ref())
    }

    /// Returns an exception of the given class with one message.
    pub fn raise_class(&self, class: &Rc<Class>, message: &str) -> Raised {
        let instance = Instance::new(class.clone(), self.user_place());
        instance.set("args", Value::tuple(vec![Value::str(message)]));
        self.raise_value(Value::Instance(Rc::new(instance)))
    }

    /// Returns a `TypeError`.
    pub fn type_error(&self, message: impl AsRef<str>) -> Raised {
        self.raise("TypeError", message)
    }

    /// Returns an error that raises an exception instance.
    pub fn raise_value(&self, value: Value) -> Raised {
        let summary = crate::repr::exception_summary(&value);
        let mut traceback: Vec<Place> = self.stack.iter().filter_map(|site| site.place.clone()).collect();
        traceback.truncate(50);
        Raised::Exception(Box::new(Exception { value, place: self.user_place(), traceback, summary }))
    }

    /// Returns an abort: a limit was exceeded.
    pub fn abort(&self, reason: impl Into<String>) -> Raised {
        Raised::Abort(Box::new(Abort { reason: reason.into(), place: self.user_place() }))
    }

    /// Spends steps; the work of an operation on `n` items costs about `n` steps.
    ///
    /// # Errors
    ///
    /// An abort when there are no steps left.
    pub fn spend(&mut self, steps: usize) -> crate::PyResult<()> {
        let steps = steps as u64;
        self.steps = self.steps.saturating_add(steps);
        if self.steps > self.limits.steps
            || self.total_steps.saturating_add(self.steps) > self.limits.total_steps
        {
            return Err(self.abort("evaluation takes too long (is there an endless loop?)"));
        }
        Ok(())
    }

    /// Checks the size of a container or string that is about to be made, and spends for it.
    ///
    /// # Errors
    ///
    /// An abort when it is too large.
    pub fn reserve(&mut self, size: usize) -> crate::PyResult<()> {
        if size > self.limits.size {
            return Err(self.abort(format!("a value of {size} items is too large to evaluate")));
        }
        self.spend(size / 16)
    }

    /// Looks into a value that is inside another one: compares, hashes or prints it.
    ///
    /// A list may contain itself, so the depth is bounded as Python bounds it, and the stack grows as needed.
    ///
    /// # Errors
    ///
    /// An abort when values are nested too deeply, and what `look` returns.
    pub(crate) fn look_inside<T>(
        &mut self,
        look: impl FnOnce(&mut Self) -> crate::PyResult<T>,
    ) -> crate::PyResult<T> {
        if self.nesting >= MAX_NESTING {
            return Err(self.abort("values are nested too deeply (does one contain itself?)"));
        }
        self.nesting += 1;
        let result = stacker::maybe_grow(64 << 10, 1 << 20, || look(self));
        self.nesting -= 1;
        result
    }

    /// Runs something that uses up no steps and leaves no notes, as if it had not happened.
    pub fn aside<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let (steps, notes) = (std::mem::take(&mut self.steps), self.notes.len());
        let result = run(self);
        self.steps = steps;
        self.notes.truncate(notes);
        result
    }

    /// Starts counting steps anew, for one top-level statement or one call from outside; returns the old count.
    pub fn refuel(&mut self) -> u64 {
        self.total_steps = self.total_steps.saturating_add(self.steps);
        std::mem::take(&mut self.steps)
    }

    pub(crate) fn at(&mut self, source: &Rc<SourceRef>, span: Span) {
        match &mut self.current {
            Some(place) if Rc::ptr_eq(&place.source, source) => place.span = span,
            current => *current = Some(Place { source: source.clone(), span }),
        }
    }
}

impl Vm {
    /// Returns the classes that were made so far and are still in use, in order.
    pub(crate) fn living_classes(&self) -> Vec<Rc<Class>> {
        self.classes.iter().filter_map(Weak::upgrade).collect()
    }
}

impl Drop for Vm {
    /// Classes and modules refer to each other in circles; emptying them frees everything.
    fn drop(&mut self) {
        let modules: Vec<Rc<Module>> = self.modules.drain().filter_map(|(_, module)| module).collect();
        for module in modules {
            let vars = std::mem::take(&mut *module.vars.borrow_mut());
            drop(vars);
            let scope = module.scope.borrow_mut().take();
            drop(scope);
        }
        let classes: Vec<Rc<Class>> = self.classes.drain(..).filter_map(|class| class.upgrade()).collect();
        for class in classes {
            let contents = (
                std::mem::take(&mut *class.namespace.borrow_mut()),
                std::mem::take(&mut *class.annotations.borrow_mut()),
                std::mem::take(&mut *class.mro.borrow_mut()),
                class.payload.borrow_mut().take(),
            );
            drop(contents);
        }
    }
}
