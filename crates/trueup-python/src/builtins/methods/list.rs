//! Methods of `list`.

use super::super::Table;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{List, Value};
use crate::vm::Vm;
use std::rc::Rc;

pub(crate) const METHODS: Table = &[("append", append), ("extend", extend), ("pop", pop)];

/// Returns the receiver, which the table guarantees to be a list unless a caller was strange.
pub(crate) fn list(vm: &Vm, args: &Args) -> PyResult<Rc<List>> {
    match args.positional.first() {
        Some(Value::List(list)) => Ok(list.clone()),
        _ => Err(vm.type_error("descriptor requires a 'list' object")),
    }
}

fn append(vm: &mut Vm, args: Args) -> PyResult {
    let list = list(vm, &args)?;
    let item = args.positional.get(1).cloned().unwrap_or(Value::None);
    if list.items.borrow().len() >= vm.limits().size {
        return Err(vm.abort("a list grows without end"));
    }
    list.items.borrow_mut().push(item);
    Ok(Value::None)
}

fn extend(vm: &mut Vm, args: Args) -> PyResult {
    let list = list(vm, &args)?;
    let Some(source) = args.positional.get(1) else {
        return Err(vm.type_error("extend() takes exactly one argument"));
    };
    if Vm::unknown_iterable(source).is_some() {
        // How many items come is not known; one unknown item says that something is missing.
        list.items.borrow_mut().push(source.clone());
        return Ok(Value::None);
    }
    let items = vm.iterate(source)?;
    vm.reserve(list.items.borrow().len().saturating_add(items.len()))?;
    list.items.borrow_mut().extend(items);
    Ok(Value::None)
}

fn pop(vm: &mut Vm, args: Args) -> PyResult {
    let list = list(vm, &args)?;
    let length = list.items.borrow().len();
    let index = args.positional.get(1).and_then(Value::as_int).unwrap_or(-1);
    let index = if index < 0 { index + length as i128 } else { index };
    match usize::try_from(index).ok().filter(|index| *index < length) {
        Some(index) => {
            vm.spend((length - index) / 64)?;
            let item = list.items.borrow_mut().remove(index);
            Ok(item)
        }
        None => Err(vm
            .raise("IndexError", if length == 0 { "pop from empty list" } else { "pop index out of range" })),
    }
}
