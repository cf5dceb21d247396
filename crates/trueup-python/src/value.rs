//! The values that Python code computes with: concrete, native, or unknown with a reason and a place.
//!
//! A `Value` is cheap to clone; everything mutable is behind a reference count. What is done *with* values
//! (attributes, calls, operators) lives in `vm`.

use std::cell::{Cell, OnceCell, RefCell};
use std::ops::Deref;
use std::rc::{Rc, Weak};

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::ast::{FunctionDef, Name};
use crate::attributes::AttrMap;

use crate::class::{Class, Instance};
use crate::error::PyResult;
use crate::module::Module;
use crate::native::{NativeFn, NativeObject};
use crate::place::{Place, SourceRef};
use crate::scope::Scope;
use crate::vm::Vm;

/// A Python value.
#[derive(Clone)]
pub enum Value {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// An integer; what does not fit 128 bits becomes unknown.
    Int(i128),
    /// A float.
    Float(f64),
    /// A string.
    Str(Rc<str>),
    /// Bytes.
    Bytes(Rc<[u8]>),
    /// A list.
    List(Rc<List>),
    /// A tuple.
    Tuple(Rc<Tuple>),
    /// A dict.
    Dict(Rc<Dict>),
    /// A set.
    Set(Rc<Set>),
    /// A frozenset.
    FrozenSet(Rc<Set>),
    /// `slice(lower, upper, step)`
    Slice(Rc<[Value; 3]>),
    /// `range(start, stop, step)`
    Range(Rc<Range>),
    /// A function written in Python (or a stub bound to a native function).
    Function(Rc<Function>),
    /// A function bound to a receiver.
    BoundMethod(Rc<BoundMethod>),
    /// A function of ours.
    Builtin(Rc<Builtin>),
    /// A class.
    Class(Rc<Class>),
    /// An instance of a class that is not one of the other variants.
    Instance(Rc<Instance>),
    /// A module.
    Module(Rc<Module>),
    /// `property(getter, setter)`
    Property(Rc<Property>),
    /// `staticmethod(f)`
    StaticMethod(Rc<Value>),
    /// `classmethod(f)`
    ClassMethod(Rc<Value>),
    /// `super()`
    Super(Rc<Super>),
    /// An iterator or a generator.
    Iterator(Rc<Iter>),
    /// `...`
    Ellipsis,
    /// `NotImplemented`
    NotImplemented,
    /// An object of the embedder.
    Native(Rc<dyn NativeObject>),
    /// Not known, with the reason.
    Unknown(Rc<Unknown>),
}

/// Why a value is not known.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// In words for the user, without a final period.
    pub reason: String,
    /// Where knowledge was lost.
    pub place: Option<Place>,
}

impl Value {
    /// Returns a string value.
    pub fn str(text: impl AsRef<str>) -> Self {
        Self::Str(Rc::from(text.as_ref()))
    }

    /// Returns a new list.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(List { items: RefCell::new(items) }))
    }

    /// Returns a new tuple.
    pub fn tuple(items: Vec<Self>) -> Self {
        Self::Tuple(Rc::new(Tuple { items }))
    }

    /// Returns a new dict with string keys.
    pub fn dict_of(entries: impl IntoIterator<Item = (Name, Self)>) -> Self {
        let dict = Dict::default();
        for (name, value) in entries {
            dict.insert_str(&name, value);
        }
        Self::Dict(Rc::new(dict))
    }

    /// Returns an unknown value.
    pub fn unknown(reason: impl Into<String>, place: Option<Place>) -> Self {
        Self::Unknown(Rc::new(Unknown { reason: reason.into(), place }))
    }

    /// Returns a native function as a value.
    pub fn builtin(
        name: &str,
        function: impl Fn(&mut Vm, crate::native::Args) -> PyResult + 'static,
    ) -> Self {
        Self::Builtin(Rc::new(Builtin { name: Rc::from(name), function: Rc::new(function), binds: true }))
    }

    /// Returns the text of a string, also of an instance of a subclass of `str`.
    pub fn as_str(&self) -> Option<Rc<str>> {
        match self {
            Self::Str(text) => Some(text.clone()),
            Self::Instance(instance) => instance.base_value.borrow().as_ref().and_then(Self::as_str),
            _ => None,
        }
    }

    /// Returns the integer, also of a bool or an instance of a subclass of `int`.
    pub fn as_int(&self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Bool(value) => Some(i128::from(*value)),
            Self::Instance(instance) => instance.base_value.borrow().as_ref().and_then(Self::as_int),
            _ => None,
        }
    }

    /// Returns the value of a bool.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Tells whether this is `None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Tells whether this is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Returns the reason and place if this is unknown.
    pub fn as_unknown(&self) -> Option<&Rc<Unknown>> {
        match self {
            Self::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    /// Returns the instance.
    pub fn as_instance(&self) -> Option<&Rc<Instance>> {
        match self {
            Self::Instance(instance) => Some(instance),
            _ => None,
        }
    }

    /// Returns the class.
    pub fn as_class(&self) -> Option<&Rc<Class>> {
        match self {
            Self::Class(class) => Some(class),
            _ => None,
        }
    }

    /// Returns the items of a list or tuple (also of an instance of a subclass), without iterating anything else.
    pub fn items(&self) -> Option<Vec<Self>> {
        match self {
            Self::List(list) => Some(list.items.borrow().clone()),
            Self::Tuple(tuple) => Some(tuple.to_vec()),
            Self::Instance(instance) => instance.base_value.borrow().as_ref().and_then(Self::items),
            _ => None,
        }
    }

    /// Returns the dict (also of an instance of a subclass).
    pub fn as_dict(&self) -> Option<Rc<Dict>> {
        match self {
            Self::Dict(dict) => Some(dict.clone()),
            Self::Instance(instance) => instance.base_value.borrow().as_ref().and_then(Self::as_dict),
            _ => None,
        }
    }

    /// Returns the value a builtin operation sees: the wrapped value for an instance of a subclass of a builtin.
    pub fn unwrapped(&self) -> Self {
        match self {
            Self::Instance(instance) => instance.base_value.borrow().clone().unwrap_or_else(|| self.clone()),
            other => other.clone(),
        }
    }

    /// Tells whether two values are the same object (`is`).
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None)
            | (Self::Ellipsis, Self::Ellipsis)
            | (Self::NotImplemented, Self::NotImplemented) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => a == b,
            _ => match (self.address(), other.address()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }

    /// Returns a number that identifies a shared object.
    pub fn address(&self) -> Option<usize> {
        Some(match self {
            Self::List(x) => Rc::as_ptr(x) as usize,
            Self::Tuple(x) => Rc::as_ptr(x) as usize,
            Self::Dict(x) => Rc::as_ptr(x) as usize,
            Self::Set(x) | Self::FrozenSet(x) => Rc::as_ptr(x) as usize,
            Self::Slice(x) => Rc::as_ptr(x) as usize,
            Self::Range(x) => Rc::as_ptr(x) as usize,
            Self::Function(x) => Rc::as_ptr(x) as usize,
            Self::BoundMethod(x) => Rc::as_ptr(x) as usize,
            Self::Builtin(x) => Rc::as_ptr(x) as usize,
            Self::Class(x) => Rc::as_ptr(x) as usize,
            Self::Instance(x) => Rc::as_ptr(x) as usize,
            Self::Module(x) => Rc::as_ptr(x) as usize,
            Self::Property(x) => Rc::as_ptr(x) as usize,
            Self::StaticMethod(x) | Self::ClassMethod(x) => Rc::as_ptr(x) as usize,
            Self::Super(x) => Rc::as_ptr(x) as usize,
            Self::Iterator(x) => Rc::as_ptr(x) as usize,
            Self::Native(x) => Rc::as_ptr(x).cast::<()>() as usize,
            Self::Unknown(x) => Rc::as_ptr(x) as usize,
            Self::None
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::Ellipsis
            | Self::NotImplemented => return None,
        })
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Str(Rc::from(value))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Str(Rc::from(value))
    }
}

/// Drops what may be nested arbitrarily deep (`x = [x]` in a loop) without exhausting the stack.
pub(crate) fn drop_nested<T>(contents: T) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || drop(contents));
}

/// The storage of a list.
#[derive(Default)]
pub struct List {
    /// The items.
    pub items: RefCell<Vec<Value>>,
}

impl Drop for List {
    fn drop(&mut self) {
        if !self.items.get_mut().is_empty() {
            drop_nested(std::mem::take(self.items.get_mut()));
        }
    }
}

/// The storage of a tuple; dereferences to its items.
#[derive(Default)]
pub struct Tuple {
    items: Vec<Value>,
}

impl Deref for Tuple {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.items
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        if !self.items.is_empty() {
            drop_nested(std::mem::take(&mut self.items));
        }
    }
}

/// What a dict or set compares and hashes: equal for values that Python calls equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HashKey {
    /// `None`
    None,
    /// An integer, a bool, or a float without fraction.
    Int(i128),
    /// The bits of any other float.
    Float(u64),
    /// A string.
    Str(Rc<str>),
    /// Bytes.
    Bytes(Rc<[u8]>),
    /// A tuple.
    Tuple(Rc<[HashKey]>),
    /// A frozenset; the keys are sorted by their hash.
    Set(Rc<[HashKey]>),
    /// What a class defines with `__hash__`.
    Custom(i128),
    /// An object that equals only itself.
    Identity(usize),
}

/// The storage of a dict, in insertion order.
#[derive(Default)]
pub struct Dict {
    /// Key and value by what they hash to; `Vm::hash_key` makes the key of a value.
    pub entries: RefCell<IndexMap<HashKey, (Value, Value), FxBuildHasher>>,
    /// The module whose `globals()` this is: what is written here is written there.
    pub(crate) module: OnceCell<Weak<Module>>,
    /// The class body whose `locals()` this is: what is written here becomes an attribute of the class.
    pub(crate) body: OnceCell<Weak<Scope>>,
}

impl Dict {
    /// Returns the value of a string key.
    pub fn get_str(&self, key: &str) -> Option<Value> {
        self.entries.borrow().get(&HashKey::Str(Rc::from(key))).map(|(_, value)| value.clone())
    }

    /// Sets the value of a string key.
    pub fn insert_str(&self, key: &str, value: Value) {
        let name: Name = Rc::from(key);
        self.insert(HashKey::Str(name.clone()), Value::Str(name), value);
    }

    /// Sets the value of a key; the first key that was equal stays.
    pub fn insert(&self, hash_key: HashKey, key: Value, value: Value) {
        if let (Some(module), HashKey::Str(name)) = (self.module.get().and_then(Weak::upgrade), &hash_key) {
            module.set(name, value.clone());
        }
        if let (Some(body), HashKey::Str(name)) = (self.body.get().and_then(Weak::upgrade), &hash_key) {
            body.set(name.clone(), value.clone());
        }
        let mut entries = self.entries.borrow_mut();
        let old = match entries.entry(hash_key) {
            indexmap::map::Entry::Occupied(mut entry) => {
                Some(std::mem::replace(&mut entry.get_mut().1, value))
            }
            indexmap::map::Entry::Vacant(entry) => {
                entry.insert((key, value));
                None
            }
        };
        drop(entries);
        drop(old);
    }

    /// Returns the keys and values.
    pub fn pairs(&self) -> Vec<(Value, Value)> {
        self.entries.borrow().values().cloned().collect()
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Tells whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        if !self.entries.get_mut().is_empty() {
            drop_nested(std::mem::take(self.entries.get_mut()));
        }
    }
}

/// The storage of a set or frozenset, in insertion order.
#[derive(Default)]
pub struct Set {
    /// The items by what they hash to.
    pub items: RefCell<IndexMap<HashKey, Value, FxBuildHasher>>,
}

impl Set {
    /// Returns the items.
    pub fn values(&self) -> Vec<Value> {
        self.items.borrow().values().cloned().collect()
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        if !self.items.get_mut().is_empty() {
            drop_nested(std::mem::take(self.items.get_mut()));
        }
    }
}

/// `range(start, stop, step)`; the step is never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First number.
    pub start: i128,
    /// Bound that is not included.
    pub stop: i128,
    /// Difference between numbers.
    pub step: i128,
}

impl Range {
    /// Returns how many numbers the range has.
    pub fn len(&self) -> usize {
        let (low, high) = if self.step > 0 { (self.start, self.stop) } else { (self.stop, self.start) };
        if low >= high {
            return 0;
        }
        let distance = high.checked_sub(low).unwrap_or(i128::MAX) - 1;
        usize::try_from((distance / self.step.checked_abs().unwrap_or(i128::MAX)).saturating_add(1))
            .unwrap_or(usize::MAX)
    }

    /// Tells whether the range has no numbers.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number at a position that is inside the range.
    pub fn at(&self, index: usize) -> i128 {
        self.start.saturating_add(self.step.saturating_mul(index as i128))
    }
}

/// A function written in Python.
pub struct Function {
    /// Its syntax.
    pub def: Rc<FunctionDef>,
    /// The dotted name inside its module, such as `Class.method`.
    pub qualname: Name,
    /// The scope it was defined in.
    pub scope: Rc<Scope>,
    /// The defaults, one per parameter.
    pub defaults: Vec<Option<Value>>,
    /// Where it is written.
    pub source: Rc<SourceRef>,
    /// What a library stub (`...`) does; it gets the arguments bound by the signature.
    pub native: Option<NativeFn>,
    /// Attributes set on the function object.
    pub attributes: RefCell<AttrMap>,
}

impl Function {
    /// Returns the place of the whole definition.
    pub fn place(&self) -> Place {
        Place { source: self.source.clone(), span: self.def.span }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        drop_nested(std::mem::take(&mut self.defaults));
    }
}

/// A function bound to a receiver.
pub struct BoundMethod {
    /// `self` or `cls`.
    pub receiver: Value,
    /// What is called with the receiver first.
    pub function: Value,
}

/// A function of ours.
pub struct Builtin {
    /// How it is called in messages.
    pub name: Name,
    /// What it does.
    pub function: NativeFn,
    /// As a class attribute it becomes a method (a plain builtin such as `len` does too, unlike in CPython, where
    /// nobody relies on it).
    pub binds: bool,
}

/// A `property` object, also `functools.cached_property`.
#[derive(Clone)]
pub struct Property {
    /// The getter.
    pub getter: Value,
    /// The setter or `None`.
    pub setter: Value,
}

/// What `super()` returns: attribute lookup starts after `after` in the method resolution order of the receiver.
pub struct Super {
    /// The class whose method is running.
    pub after: Rc<Class>,
    /// `self` or `cls`.
    pub receiver: Value,
}

/// An iterator: lazily advanced, possibly a generator that has not started.
pub struct Iter {
    /// Where it stands.
    pub state: RefCell<IterState>,
    /// How it is called in messages.
    pub kind: &'static str,
    /// It was advanced at least once.
    pub started: Cell<bool>,
}

/// The native source of an iterator: returns the next value or `None` at the end.
pub type NextFn = Box<dyn FnMut(&mut Vm) -> PyResult<Option<Value>>>;

/// The state of an iterator.
pub enum IterState {
    /// Nothing more.
    Done,
    /// A list that may change while it is iterated.
    List { list: Rc<List>, index: usize },
    /// Values that are already known, next one last.
    Values(Vec<Value>),
    /// The rest of a range.
    Range(Range),
    /// An object with `__next__`.
    Object(Value),
    /// A generator that has not started: the function and its bound scope.
    Generator { function: Rc<Function>, scope: Rc<Scope> },
    /// A generator expression that has not started: with the value of its first iterable.
    Expression { comprehension: Rc<crate::ast::Comprehension>, scope: Rc<Scope>, first: Value },
    /// A native source.
    Native(NextFn),
}

impl Iter {
    /// Returns an iterator over known values.
    pub fn from_values(mut items: Vec<Value>) -> Value {
        items.reverse();
        Self::wrap(IterState::Values(items), "iterator")
    }

    /// Returns an iterator that a native function advances.
    pub fn from_fn(next: impl FnMut(&mut Vm) -> PyResult<Option<Value>> + 'static) -> Value {
        Self::wrap(IterState::Native(Box::new(next)), "iterator")
    }

    /// Returns an iterator in the given state.
    pub fn wrap(state: IterState, kind: &'static str) -> Value {
        Value::Iterator(Rc::new(Self { state: RefCell::new(state), kind, started: Cell::new(false) }))
    }
}

impl Drop for Iter {
    fn drop(&mut self) {
        drop_nested(std::mem::replace(self.state.get_mut(), IterState::Done));
    }
}
