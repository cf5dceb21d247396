//! Builtin functions that ask objects and modules about themselves.

use super::Table;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{HashKey, Value};
use crate::vm::Vm;

pub(super) const FUNCTIONS: Table = &[
    ("__import__", refused),
    ("callable", callable),
    ("delattr", delattr),
    ("dir", dir),
    ("exec", refused),
    ("eval", refused),
    ("compile", refused),
    ("globals", globals),
    ("hash", hash),
    ("id", id),
    ("input", refused),
    ("locals", locals),
    ("open", open),
    ("vars", vars),
];

fn callable(vm: &mut Vm, args: Args) -> PyResult {
    Ok(match args.receiver() {
        unknown @ Value::Unknown(_) => unknown,
        Value::Function(_) | Value::BoundMethod(_) | Value::Builtin(_) | Value::Class(_) => Value::Bool(true),
        value @ (Value::Instance(_) | Value::Native(_)) => {
            Value::Bool(vm.lookup_attr(&value, "__call__")?.is_some())
        }
        _ => Value::Bool(false),
    })
}

fn delattr(vm: &mut Vm, args: Args) -> PyResult {
    if let Some(name) = args.positional.get(1).and_then(Value::as_str) {
        vm.delattr(&args.receiver(), &name)?;
    }
    Ok(Value::None)
}

/// Returns the names of an object: its own, then those of its class and bases.
fn names_of(value: &Value) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    let class = match value {
        Value::Instance(instance) => {
            instance.dict.borrow().keys().for_each(|name| add(name));
            Some(instance.class.clone())
        }
        Value::Class(class) => Some(class.clone()),
        Value::Module(module) => {
            module.known_names().iter().for_each(|name| add(name));
            None
        }
        _ => None,
    };
    if let Some(class) = class {
        for base in class.mro.borrow().iter() {
            base.namespace.borrow().keys().for_each(|name| add(name));
        }
    }
    names
}

fn dir(_vm: &mut Vm, args: Args) -> PyResult {
    let value = args.receiver();
    if value.is_unknown() {
        return Ok(value);
    }
    let mut names = names_of(&value);
    names.sort();
    Ok(Value::list(names.into_iter().map(Value::str).collect()))
}

fn vars(vm: &mut Vm, args: Args) -> PyResult {
    match args.receiver() {
        Value::None => locals(vm, args),
        Value::Unknown(unknown) => Ok(Value::Unknown(unknown)),
        value => vm.getattr(&value, "__dict__"),
    }
}

/// `globals()` called through another name: the names of the module whose code runs.
fn globals(vm: &mut Vm, _args: Args) -> PyResult {
    let Some(place) = vm.user_place().or_else(|| vm.current_place()) else {
        return Ok(vm.unknown("there is no module whose globals could be told"));
    };
    let name = place.source.module.clone();
    let Some(module) = vm.module(&name) else { return Ok(Value::dict_of([])) };
    Ok(vm.module_dict(&module))
}

fn locals(vm: &mut Vm, _args: Args) -> PyResult {
    Ok(vm.unknown("`locals()` is not evaluated"))
}

fn hash(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.receiver();
    if value.is_unknown() {
        return Ok(value);
    }
    // The number differs from run to run in Python; equal values only need equal numbers.
    let key = vm.hash_key(&value)?;
    Ok(Value::Int(number_of(&key)))
}

fn number_of(key: &HashKey) -> i128 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    key.hash(&mut hasher);
    i128::from(hasher.finish() >> 1)
}

fn id(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.receiver();
    match value.address() {
        Some(address) => Ok(Value::Int(address as i128)),
        None => hash(vm, args),
    }
}

fn open(vm: &mut Vm, args: Args) -> PyResult {
    if let Some(unknown) = args.first_unknown() {
        return Ok(Value::Unknown(unknown.clone()));
    }
    let open = vm.module_attr("io", "open")?;
    vm.call(&open, args)
}

fn refused(vm: &mut Vm, _args: Args) -> PyResult {
    Ok(vm.unknown("code made at run time is not evaluated"))
}
