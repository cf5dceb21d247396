//! Methods of `dict`.

use super::super::Table;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{Dict, Value};
use crate::vm::Vm;
use std::rc::Rc;

pub(crate) const METHODS: Table =
    &[("get", get), ("items", items), ("keys", keys), ("values", values), ("update", update), ("pop", pop)];

/// Class methods: the first argument is the class.
pub(crate) const CLASS_METHODS: Table = &[("fromkeys", fromkeys)];

/// Returns the receiver, which the table guarantees to be a dict unless a caller was strange.
pub(crate) fn dict(vm: &Vm, args: &Args) -> PyResult<Rc<Dict>> {
    match args.positional.first() {
        Some(Value::Dict(dict)) => Ok(dict.clone()),
        _ => Err(vm.type_error("descriptor requires a 'dict' object")),
    }
}

/// Adds what `dict.update` accepts: a mapping or an iterable of pairs.
pub(crate) fn merge(vm: &mut Vm, dict: &Rc<Dict>, source: &Value) -> PyResult<()> {
    if let Some(other) = source.as_dict() {
        let entries: Vec<_> = other
            .entries
            .borrow()
            .iter()
            .map(|(key, (name, value))| (key.clone(), name.clone(), value.clone()))
            .collect();
        vm.spend(entries.len())?;
        for (key, name, value) in entries {
            dict.insert(key, name, value);
        }
        return Ok(());
    }
    if matches!(source, Value::Instance(_)) && vm.lookup_attr(source, "keys")?.is_some() {
        let keys = vm.call_method(source, "keys", Args::default())?;
        for key in vm.iterate(&keys)? {
            let value = vm.getitem(source, &key)?;
            let hash_key = vm.hash_key(&key)?;
            dict.insert(hash_key, key, value);
        }
        return Ok(());
    }
    for pair in vm.iterate(source)? {
        let pair = vm.iterate(&pair)?;
        let [key, value] = pair.as_slice() else {
            return Err(vm.raise("ValueError", "dictionary update sequence element needs length 2"));
        };
        let hash_key = vm.hash_key(key)?;
        dict.insert(hash_key, key.clone(), value.clone());
    }
    Ok(())
}

fn get(vm: &mut Vm, args: Args) -> PyResult {
    let dict = dict(vm, &args)?;
    let key = args.positional.get(1).cloned().unwrap_or(Value::None);
    if key.is_unknown() {
        return Ok(key);
    }
    let hash_key = vm.hash_key(&key)?;
    let found = dict.entries.borrow().get(&hash_key).map(|(_, value)| value.clone());
    Ok(found.or_else(|| args.at(2, "default").cloned()).unwrap_or(Value::None))
}

fn items(vm: &mut Vm, args: Args) -> PyResult {
    let pairs = dict(vm, &args)?.pairs();
    vm.spend(pairs.len())?;
    Ok(Value::list(pairs.into_iter().map(|(key, value)| Value::tuple(vec![key, value])).collect()))
}

fn keys(vm: &mut Vm, args: Args) -> PyResult {
    Ok(Value::list(dict(vm, &args)?.pairs().into_iter().map(|(key, _)| key).collect()))
}

fn values(vm: &mut Vm, args: Args) -> PyResult {
    Ok(Value::list(dict(vm, &args)?.pairs().into_iter().map(|(_, value)| value).collect()))
}

fn update(vm: &mut Vm, args: Args) -> PyResult {
    let dict = dict(vm, &args)?;
    if let Some(source) = args.positional.get(1)
        && Vm::unknown_iterable(source).is_none()
    {
        merge(vm, &dict, source)?;
    }
    for (name, value) in &args.keywords {
        dict.insert_str(name, value.clone());
    }
    Ok(Value::None)
}

fn pop(vm: &mut Vm, args: Args) -> PyResult {
    let dict = dict(vm, &args)?;
    let key = args.positional.get(1).cloned().unwrap_or(Value::None);
    let hash_key = vm.hash_key(&key)?;
    vm.spend(dict.len() / 64)?;
    let removed = dict.entries.borrow_mut().shift_remove(&hash_key);
    match (removed, args.positional.get(2)) {
        (Some((_, value)), _) => Ok(value),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(vm.key_error(&key)),
    }
}

fn fromkeys(vm: &mut Vm, args: Args) -> PyResult {
    let Some(keys) = args.positional.get(1) else {
        return Err(vm.type_error("fromkeys expected an argument"));
    };
    if let Some(unknown) = Vm::unknown_iterable(keys) {
        return Ok(Value::Unknown(unknown));
    }
    let value = args.positional.get(2).cloned().unwrap_or(Value::None);
    let pairs = vm.iterate(keys)?.into_iter().map(|key| (key, value.clone())).collect();
    vm.make_dict(pairs)
}
