//! What an embedder supplies: modules, native functions, native objects and judgements about skipped code.

use std::any::Any;
use std::rc::Rc;

use crate::ast::{Call, FunctionDef, ModuleAst, Name};
use crate::error::PyResult;
use crate::place::Place;
use crate::value::{Unknown, Value};
use crate::vm::Vm;

/// A function written in Rust.
pub type NativeFn = Rc<dyn Fn(&mut Vm, Args) -> PyResult>;

/// The arguments of a call.
///
/// A function bound to a library stub gets them *bound by the stub's signature*: `positional` then has one value per
/// parameter (defaults filled in, `*args` a tuple, `**kwargs` a dict) and [`Args::get`] finds them by name.
#[derive(Clone, Default)]
pub struct Args {
    /// Positional arguments, the receiver of a method first.
    pub positional: Vec<Value>,
    /// Keyword arguments in order.
    pub keywords: Vec<(Name, Value)>,
    /// The signature the arguments were bound by.
    pub signature: Option<Rc<FunctionDef>>,
}

impl Args {
    /// Returns positional arguments.
    pub fn positional(positional: Vec<Value>) -> Self {
        Self { positional, keywords: Vec::new(), signature: None }
    }

    /// Returns an argument by the name of its parameter (bound calls) or keyword.
    pub fn get(&self, name: &str) -> Option<&Value> {
        if let Some(signature) = &self.signature {
            let index = signature.params.iter().position(|param| &*param.name == name)?;
            return self.positional.get(index);
        }
        self.keywords.iter().find(|(key, _)| &**key == name).map(|(_, value)| value)
    }

    /// Returns the positional argument at `index` or the keyword argument `name`.
    pub fn at(&self, index: usize, name: &str) -> Option<&Value> {
        self.positional.get(index).or_else(|| self.get(name))
    }

    /// Returns the first positional argument: the receiver of a method.
    pub fn receiver(&self) -> Value {
        self.positional.first().cloned().unwrap_or(Value::None)
    }

    /// Returns the arguments with a receiver put first.
    pub fn with_receiver(mut self, receiver: Value) -> Self {
        self.positional.insert(0, receiver);
        self
    }

    /// Returns an unknown argument if there is one.
    pub fn first_unknown(&self) -> Option<&Rc<Unknown>> {
        self.positional.iter().chain(self.keywords.iter().map(|(_, value)| value)).find_map(Value::as_unknown)
    }
}

/// An object of the embedder. Every method has a default that says "no such operation".
pub trait NativeObject {
    /// Returns the name of its type for messages.
    fn type_name(&self) -> &str;

    /// Returns the object for downcasting.
    fn as_any(&self) -> &dyn Any;

    /// Returns an attribute.
    fn getattr(&self, _this: &Value, _vm: &mut Vm, _name: &str) -> PyResult<Option<Value>> {
        Ok(None)
    }

    /// Sets an attribute; `false` means that it cannot be set.
    fn setattr(&self, _vm: &mut Vm, _name: &str, _value: Value) -> PyResult<bool> {
        Ok(false)
    }

    /// Calls the object.
    fn call(&self, _this: &Value, _vm: &mut Vm, _args: Args) -> PyResult<Option<Value>> {
        Ok(None)
    }

    /// Subscripts the object.
    fn getitem(&self, _vm: &mut Vm, _index: &Value) -> PyResult<Option<Value>> {
        Ok(None)
    }

    /// Returns the items for iteration.
    fn iterate(&self, _vm: &mut Vm) -> PyResult<Option<Vec<Value>>> {
        Ok(None)
    }

    /// Returns the truth value.
    fn truth(&self) -> Option<bool> {
        Some(true)
    }

    /// Returns what `repr()` shows.
    fn repr(&self) -> Option<String> {
        None
    }
}

/// Where a module comes from.
#[derive(Clone, Debug)]
pub enum ModuleOrigin {
    /// Python source: of the project, or a stub that is knowledge about a library.
    Source {
        /// The path to show.
        path: Rc<str>,
        /// The text.
        text: Rc<str>,
        /// The module is a package (`__init__.py`).
        is_package: bool,
        /// Library stubs: `...` bodies are bound to native functions or make record constructors.
        is_library: bool,
    },
    /// A folder without `__init__.py`.
    Namespace,
    /// Not part of the project although a module of that name should be: importing it raises `ModuleNotFoundError`.
    Missing,
    /// Not known: importing it succeeds, every attribute is unknown.
    Absent,
}

/// What code would do if it ran; ordered, the stronger wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing outside the interpreter.
    None,
    /// Rows would change.
    Data,
    /// The schema would change.
    Schema,
}

/// What a skipped call would call.
pub enum Callee<'a> {
    /// A value that was found without running anything.
    Value(&'a Value),
    /// Only the text of the chain is known, such as `batch_op.add_column`.
    Unresolved(&'a str),
}

/// Code that was not run because it hangs on something unknown.
pub struct UnknownBranch {
    /// The test, iterable or call it hangs on.
    pub place: Place,
    /// Why that is unknown.
    pub reason: Rc<Unknown>,
    /// The strongest effect of the code that was skipped.
    pub effect: Effect,
    /// The places of the calls with that effect.
    pub calls: Vec<Place>,
}

/// A call of something that is not known.
pub struct UnknownCall<'a> {
    /// The call.
    pub place: Place,
    /// The text of the chain that is called, such as `some_library.do`.
    pub callee: &'a str,
    /// Why what is called is unknown.
    pub reason: Rc<Unknown>,
    /// What it is handed.
    pub args: &'a Args,
}

/// What is at a path of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file and its text.
    File(Rc<str>),
    /// A folder and the names in it, sorted.
    Folder(Vec<String>),
}

/// The world outside the interpreter.
pub trait Host {
    /// Tells where a module comes from.
    fn module(&self, name: &str) -> ModuleOrigin;

    /// Returns the tree of a module's text where somebody has made it already.
    fn parsed(&self, _path: &str, _text: &str) -> Option<ModuleAst> {
        None
    }

    /// Returns the native function for a stub, by `module.qualname`.
    fn native(&self, _full_name: &str) -> Option<NativeFn> {
        None
    }

    /// Returns what is at a path relative to the project; `None` for what is not there, not text, or outside of it.
    fn entry(&self, _path: &str) -> Option<Entry> {
        None
    }

    /// Is told that code with effects was skipped because it hangs on something unknown.
    fn on_unknown_branch(&self, _vm: &mut Vm, _branch: &UnknownBranch) {}

    /// Is told that code of the project calls something that is not known.
    fn on_unknown_call(&self, _vm: &mut Vm, _call: &UnknownCall<'_>) {}

    /// Judges a call in skipped code.
    fn call_effect(&self, _vm: &mut Vm, _callee: &Callee<'_>, _call: &Call) -> Effect {
        Effect::None
    }
}

/// A host without any module.
pub struct NoHost;

impl Host for NoHost {
    fn module(&self, _name: &str) -> ModuleOrigin {
        ModuleOrigin::Absent
    }
}
