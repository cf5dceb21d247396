//! Item access of the builtin containers under its special names: `dict.__setitem__(self, key, value)`,
//! `super().__getitem__(index)`.

use super::super::Table;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::Value;
use crate::vm::Vm;

/// What every container has.
pub(crate) const CONTAINER: Table =
    &[("__contains__", contains), ("__iter__", |vm, args| vm.iter(&receiver(&args))), ("__len__", length)];

/// What containers with positions or keys have.
pub(crate) const READ: Table = &[("__getitem__", get)];

/// What containers have whose items can be replaced.
pub(crate) const WRITE: Table = &[("__setitem__", set), ("__delitem__", delete)];

/// Returns the container itself: `dict.__getitem__(self, key)` must not call what the class of `self` overrides.
fn receiver(args: &Args) -> Value {
    match args.positional.first() {
        Some(Value::Instance(instance)) => {
            let base = instance.base_value.borrow().clone();
            base.unwrap_or_else(|| Value::Instance(instance.clone()))
        }
        other => other.cloned().unwrap_or(Value::None),
    }
}

fn contains(vm: &mut Vm, args: Args) -> PyResult {
    let item = argument(vm, &args, 1)?;
    vm.contains(&receiver(&args), &item)
}

fn length(vm: &mut Vm, args: Args) -> PyResult {
    vm.len(&receiver(&args))
}

fn get(vm: &mut Vm, args: Args) -> PyResult {
    let index = argument(vm, &args, 1)?;
    vm.getitem(&receiver(&args), &index)
}

fn set(vm: &mut Vm, args: Args) -> PyResult {
    let (index, item) = (argument(vm, &args, 1)?, argument(vm, &args, 2)?);
    vm.setitem(&receiver(&args), &index, item)?;
    Ok(Value::None)
}

fn delete(vm: &mut Vm, args: Args) -> PyResult {
    let index = argument(vm, &args, 1)?;
    vm.delitem(&receiver(&args), &index)?;
    Ok(Value::None)
}

fn argument(vm: &Vm, args: &Args, at: usize) -> PyResult {
    match args.positional.get(at) {
        Some(value) => Ok(value.clone()),
        None => Err(vm
            .type_error(format!("expected {at} arguments, got {}", args.positional.len().saturating_sub(1)))),
    }
}
