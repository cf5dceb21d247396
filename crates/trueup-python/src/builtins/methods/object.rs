//! Methods that every object, exception and class has.

use std::rc::Rc;

use super::super::Table;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::Value;
use crate::vm::Vm;

pub(crate) const METHODS: Table =
    &[("__init__", nothing), ("__init_subclass__", nothing), ("__new__", new), ("__setattr__", setattr)];

pub(crate) const EXCEPTION_METHODS: Table =
    &[("__init__", exception_init), ("with_traceback", with_traceback)];

pub(crate) const TYPE_METHODS: Table = &[("__call__", nothing_call), ("__subclasses__", subclasses)];

fn nothing(_: &mut Vm, _: Args) -> PyResult {
    Ok(Value::None)
}

/// `type.__call__(cls, …)`, reached through `super().__call__(…)` in a metaclass.
fn nothing_call(vm: &mut Vm, mut args: Args) -> PyResult {
    if args.positional.is_empty() {
        return Err(vm.type_error("type.__call__ needs a class"));
    }
    match args.positional.remove(0) {
        Value::Class(class) => vm.construct_plain(&class, args),
        other => Ok(other),
    }
}

/// `type.__subclasses__(cls)`: the classes made so far that have it among their bases.
fn subclasses(vm: &mut Vm, args: Args) -> PyResult {
    let Value::Class(class) = args.receiver() else { return Ok(Value::list(Vec::new())) };
    let children = vm.living_classes().into_iter().filter(|child| {
        child.bases.iter().any(|base| matches!(base, Value::Class(base) if Rc::ptr_eq(base, &class)))
    });
    Ok(Value::list(children.map(Value::Class).collect()))
}

fn new(vm: &mut Vm, mut args: Args) -> PyResult {
    if args.positional.is_empty() {
        return Err(vm.type_error("object.__new__(): not enough arguments"));
    }
    match args.positional.remove(0) {
        Value::Class(class) => Ok(Value::Instance(vm.allocate(&class, &args)?)),
        other => Ok(other),
    }
}

fn setattr(vm: &mut Vm, args: Args) -> PyResult {
    if let [target, name, value] = args.positional.as_slice()
        && let Some(name) = name.as_str()
    {
        match target {
            Value::Instance(instance) => {
                vm.set_instance_attr(target, &instance.clone(), &name, value.clone())?;
            }
            Value::Class(class) => Vm::set_class_attr(class, &name, value.clone(), None),
            _ => {}
        }
    }
    Ok(Value::None)
}

fn exception_init(_: &mut Vm, args: Args) -> PyResult {
    if let Some((Value::Instance(instance), rest)) = args.positional.split_first() {
        instance.set("args", Value::tuple(rest.to_vec()));
    }
    Ok(Value::None)
}

fn with_traceback(_: &mut Vm, args: Args) -> PyResult {
    Ok(args.receiver())
}
