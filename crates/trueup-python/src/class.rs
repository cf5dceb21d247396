//! Classes and their instances.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::ast::{Expr, Name, Span};
use crate::attributes::AttrMap;
use crate::error::PyResult;
use crate::native::Args;
use crate::place::{Place, SourceRef};
use crate::scope::Scope;
use crate::value::{Unknown, Value, drop_nested};
use crate::vm::Vm;

/// Makes an instance of a builtin class (or of a subclass of it, which is the class given).
pub type Constructor = fn(&mut Vm, &Rc<Class>, Args) -> PyResult;

/// A class.
pub struct Class {
    /// `__name__`
    pub name: Name,
    /// `__qualname__`
    pub qualname: Name,
    /// `__module__`
    pub module: Name,
    /// The bases as evaluated; an unknown base stays in the list.
    pub bases: Vec<Value>,
    /// The linearisation, this class itself first.
    pub mro: RefCell<Vec<Rc<Class>>>,
    /// Attributes in the order of definition.
    pub namespace: RefCell<AttrMap>,
    /// Where attributes were assigned in the class body.
    pub spans: RefCell<IndexMap<Name, Span, FxBuildHasher>>,
    /// Annotations in the order of definition.
    pub annotations: RefCell<IndexMap<Name, Annotation, FxBuildHasher>>,
    /// Class keywords such as `table=True`, without `metaclass`.
    pub keywords: Vec<(Name, Value)>,
    /// The metaclass when it is not `type`.
    pub metaclass: Option<Rc<Class>>,
    /// Why some base is not known: attributes that are not found are unknown then.
    pub unknown_base: Option<Rc<Unknown>>,
    /// Where it is defined; builtin classes have none.
    pub place: Option<Place>,
    /// Where the name is written.
    pub name_span: Span,
    /// How builtin classes make instances.
    pub constructor: Option<Constructor>,
    /// Data of the embedder or of a library.
    pub payload: RefCell<Option<Rc<dyn Any>>>,
}

impl Class {
    /// Returns an attribute of the class or the first base that has it, without binding it.
    pub fn lookup(&self, name: &str) -> Option<Value> {
        for class in self.mro.borrow().iter() {
            if let Some(value) = class.namespace.borrow().get(name) {
                return Some(value.clone());
            }
        }
        None
    }

    /// Returns an attribute and the class that defines it.
    pub fn lookup_with_owner(&self, name: &str) -> Option<(Value, Rc<Self>)> {
        for class in self.mro.borrow().iter() {
            if let Some(value) = class.namespace.borrow().get(name) {
                return Some((value.clone(), class.clone()));
            }
        }
        None
    }

    /// Tells whether this class is `other` or derives from it.
    pub fn is_subclass(&self, other: &Rc<Self>) -> bool {
        self.mro.borrow().iter().any(|class| Rc::ptr_eq(class, other))
    }

    /// Tells whether this class or a base has the given `module.qualname`.
    pub fn derives_from(&self, full_name: &str) -> bool {
        self.mro.borrow().iter().any(|class| class.is_named(full_name))
    }

    /// Tells whether `module.qualname` is the given name.
    pub fn is_named(&self, full_name: &str) -> bool {
        full_name
            .strip_suffix(&*self.qualname)
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|module| module == &*self.module)
    }

    /// Returns `module.qualname`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.module, self.qualname)
    }

    /// Returns where an attribute was assigned in the class body.
    pub fn attribute_place(&self, name: &str) -> Option<Place> {
        let span = *self.spans.borrow().get(name)?;
        Some(Place { source: self.place.as_ref()?.source.clone(), span })
    }

    /// Returns the value of a class keyword.
    pub fn keyword(&self, name: &str) -> Option<&Value> {
        self.keywords.iter().find(|(key, _)| &**key == name).map(|(_, value)| value)
    }

    /// Tells whether the class is one of ours or of a library stub.
    pub fn is_library(&self) -> bool {
        self.place.as_ref().is_none_or(|place| place.source.is_library)
    }
}

/// An annotation that is evaluated only when somebody asks (`Vm::evaluate_annotation`).
#[derive(Clone)]
pub struct Annotation {
    /// The expression as written; a string is a forward reference.
    pub expr: Rc<Expr>,
    /// Where its names are looked up.
    pub scope: Rc<Scope>,
    /// Which text it is written in.
    pub source: Rc<SourceRef>,
}

impl Annotation {
    /// Returns where it is written.
    pub fn place(&self) -> Place {
        Place { source: self.source.clone(), span: self.expr.span }
    }
}

/// An instance.
pub struct Instance {
    /// Its class.
    pub class: Rc<Class>,
    /// Its attributes.
    pub dict: RefCell<AttrMap>,
    /// The builtin value of an instance whose class derives from `str`, `int`, `dict`, `tuple`, ….
    pub base_value: RefCell<Option<Value>>,
    /// Data of the embedder.
    pub payload: RefCell<Option<Rc<dyn Any>>>,
    /// The innermost call in code of the user that created it.
    pub place: Option<Place>,
}

impl Instance {
    /// Returns an instance without attributes.
    pub fn new(class: Rc<Class>, place: Option<Place>) -> Self {
        Self {
            class,
            dict: RefCell::default(),
            base_value: RefCell::default(),
            payload: RefCell::default(),
            place,
        }
    }

    /// Returns a shallow copy, made at the same place.
    #[must_use]
    pub fn copied(&self) -> Self {
        let copy = Self::new(self.class.clone(), self.place.clone());
        copy.dict.borrow_mut().clone_from(&self.dict.borrow());
        copy.base_value.borrow_mut().clone_from(&self.base_value.borrow());
        copy.payload.borrow_mut().clone_from(&self.payload.borrow());
        copy
    }

    /// Returns an attribute of the instance itself (not of its class).
    pub fn get(&self, name: &str) -> Option<Value> {
        self.dict.borrow().get(name).cloned()
    }

    /// Sets an attribute of the instance itself.
    pub fn set(&self, name: &str, value: Value) {
        let mut dict = self.dict.borrow_mut();
        let old = if let Some(slot) = dict.get_mut(name) {
            Some(std::mem::replace(slot, value))
        } else {
            dict.insert(Rc::from(name), value);
            None
        };
        drop(dict);
        drop(old);
    }

    /// Returns the embedder's data when it is of the given type.
    pub fn payload<T: Any>(&self) -> Option<Rc<T>> {
        self.payload.borrow().clone()?.downcast().ok()
    }

    /// Sets the embedder's data.
    pub fn set_payload(&self, data: Rc<dyn Any>) {
        *self.payload.borrow_mut() = Some(data);
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        drop_nested((std::mem::take(self.dict.get_mut()), self.base_value.get_mut().take()));
    }
}
