//! The builtin classes, functions and exceptions, as tables.
//!
//! One entry of a table is a name and a function `fn(&mut Vm, Args) -> PyResult`. To add a builtin, write the
//! function in `functions.rs` and add it to `FUNCTIONS` there; a method goes to the file of its type in `methods/`,
//! where the receiver is the first positional argument (already unwrapped for subclasses of the type).

mod exceptions;
mod functions;
mod introspection;
mod iteration;
mod methods;
mod numbers;
mod types;

use std::rc::Rc;

use crate::ast::Name;
use crate::attributes::AttrMap;
use crate::class::Class;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{Builtin, Value};
use crate::vm::Vm;

pub use types::Types;

/// What a builtin function or method is.
pub(crate) type Native = fn(&mut Vm, Args) -> PyResult;

/// A table of functions by name.
pub(crate) type Table = &'static [(&'static str, Native)];

/// Returns the namespace of builtins.
pub(crate) fn table(types: &Types) -> AttrMap {
    let mut names = AttrMap::default();
    for class in types.all() {
        names.insert(class.name.clone(), Value::Class(class.clone()));
    }
    names.shift_remove("NoneType");
    exceptions::add(types, &mut names);
    let tables = [functions::FUNCTIONS, introspection::FUNCTIONS, iteration::FUNCTIONS, numbers::FUNCTIONS];
    for (name, function) in tables.into_iter().flatten() {
        names.insert(Rc::from(*name), native(name, *function));
    }
    names.insert(Rc::from("NotImplemented"), Value::NotImplemented);
    names.insert(Rc::from("Ellipsis"), Value::Ellipsis);
    names.insert(Rc::from("__debug__"), Value::Bool(true));
    names
}

/// Returns a table entry as a value.
pub(crate) fn native(name: &str, function: Native) -> Value {
    Value::Builtin(Rc::new(Builtin { name: Rc::from(name), function: Rc::new(function), binds: true }))
}

/// Adds the functions of a table to the namespace of a class.
pub(crate) fn fill(class: &Class, table: Table) {
    let mut namespace = class.namespace.borrow_mut();
    for (name, function) in table {
        let key: Name = Rc::from(*name);
        namespace.insert(key, native(name, *function));
    }
}
