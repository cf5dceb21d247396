//! Methods of `set` and `frozenset`.

use super::super::Table;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{Set, Value};
use crate::vm::Vm;
use std::rc::Rc;

pub(crate) const METHODS: Table = &[("add", add)];

pub(crate) const FROZEN_METHODS: Table = &[];

/// Returns the receiver, which the table guarantees to be a set unless a caller was strange.
pub(crate) fn set(vm: &Vm, args: &Args) -> PyResult<Rc<Set>> {
    match args.positional.first() {
        Some(Value::Set(set) | Value::FrozenSet(set)) => Ok(set.clone()),
        _ => Err(vm.type_error("descriptor requires a 'set' object")),
    }
}

fn add(vm: &mut Vm, args: Args) -> PyResult {
    let set = set(vm, &args)?;
    let item = args.positional.get(1).cloned().unwrap_or(Value::None);
    let key = vm.hash_key(&item)?;
    set.items.borrow_mut().entry(key).or_insert(item);
    Ok(Value::None)
}
