//! The less frequent methods of `list`, `dict`, `set`, `tuple` and `bytes`.

use std::rc::Rc;

use super::super::{Table, functions};
use super::dict::dict;
use super::list::list;
use super::set::set;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{HashKey, Set, Value};
use crate::vm::Vm;

pub(crate) const LIST: Table = &[
    ("insert", list_insert),
    ("remove", list_remove),
    ("index", sequence_index),
    ("count", sequence_count),
    ("sort", list_sort),
    ("reverse", list_reverse),
    ("clear", list_clear),
    ("copy", list_copy),
];

pub(crate) const TUPLE: Table = &[("index", sequence_index)];

pub(crate) const DICT: Table =
    &[("setdefault", dict_setdefault), ("popitem", dict_popitem), ("clear", dict_clear), ("copy", dict_copy)];

pub(crate) const SET: Table = &[
    ("update", set_update),
    ("discard", set_discard),
    ("remove", set_remove),
    ("pop", set_pop),
    ("clear", set_clear),
];

pub(crate) const ANY_SET: Table = &[
    ("union", set_union),
    ("intersection", set_intersection),
    ("difference", set_difference),
    ("symmetric_difference", set_symmetric_difference),
    ("issubset", set_issubset),
    ("issuperset", set_issuperset),
    ("isdisjoint", set_isdisjoint),
    ("copy", set_copy),
];

pub(crate) const BYTES: Table = &[("decode", bytes_decode), ("hex", bytes_hex)];

fn item(args: &Args) -> Value {
    args.positional.get(1).cloned().unwrap_or(Value::None)
}

fn list_insert(vm: &mut Vm, args: Args) -> PyResult {
    let list = list(vm, &args)?;
    let length = list.items.borrow().len();
    let index = args.positional.get(1).and_then(Value::as_int).unwrap_or(0);
    let index = if index < 0 { index + length as i128 } else { index }.clamp(0, length as i128) as usize;
    vm.reserve(length + 1)?;
    vm.spend((length - index) / 64)?;
    list.items.borrow_mut().insert(index, args.positional.get(2).cloned().unwrap_or(Value::None));
    Ok(Value::None)
}

/// Returns the position of a value in a list or tuple; `Err` when it cannot be told.
fn find(vm: &mut Vm, items: &[Value], wanted: &Value) -> PyResult<Result<Option<usize>, Value>> {
    vm.spend(items.len() / 8)?;
    for (index, candidate) in items.iter().enumerate() {
        let verdict = vm.equals(candidate, wanted)?.to_value();
        if verdict.is_unknown() {
            return Ok(Err(verdict));
        }
        if verdict.as_bool() == Some(true) {
            return Ok(Ok(Some(index)));
        }
    }
    Ok(Ok(None))
}

fn list_remove(vm: &mut Vm, args: Args) -> PyResult {
    let list = list(vm, &args)?;
    let items = list.items.borrow().clone();
    match find(vm, &items, &item(&args))? {
        Ok(Some(index)) => {
            list.items.borrow_mut().remove(index);
            Ok(Value::None)
        }
        Ok(None) => Err(vm.raise("ValueError", "list.remove(x): x not in list")),
        Err(unknown) => Ok(unknown),
    }
}

fn sequence_index(vm: &mut Vm, args: Args) -> PyResult {
    let items = args.receiver().items().unwrap_or_default();
    match find(vm, &items, &item(&args))? {
        Ok(Some(index)) => Ok(Value::Int(index as i128)),
        Ok(None) => Err(vm.raise("ValueError", "x is not in the sequence")),
        Err(unknown) => Ok(unknown),
    }
}

fn sequence_count(vm: &mut Vm, args: Args) -> PyResult {
    let wanted = item(&args);
    let mut count = 0;
    for candidate in args.receiver().items().unwrap_or_default() {
        let verdict = vm.equals(&candidate, &wanted)?.to_value();
        if verdict.is_unknown() {
            return Ok(verdict);
        }
        count += i128::from(verdict.as_bool() == Some(true));
    }
    Ok(Value::Int(count))
}

fn list_sort(vm: &mut Vm, args: Args) -> PyResult {
    let list = list(vm, &args)?;
    let reverse = match args.get("reverse") {
        Some(flag) => vm.truth(&flag.clone())?.is_true(),
        None => false,
    };
    let items = list.items.borrow().clone();
    let sorted = functions::sort(vm, items, args.get("key").cloned(), reverse)?;
    match sorted.items() {
        Some(sorted) => *list.items.borrow_mut() = sorted,
        // An order that is not known: every item is there, but nobody knows where.
        None => list.items.borrow_mut().fill(sorted),
    }
    Ok(Value::None)
}

fn list_reverse(vm: &mut Vm, args: Args) -> PyResult {
    list(vm, &args)?.items.borrow_mut().reverse();
    Ok(Value::None)
}

fn list_clear(vm: &mut Vm, args: Args) -> PyResult {
    let dropped = std::mem::take(&mut *list(vm, &args)?.items.borrow_mut());
    drop(dropped);
    Ok(Value::None)
}

fn list_copy(vm: &mut Vm, args: Args) -> PyResult {
    let items = list(vm, &args)?.items.borrow().clone();
    Ok(Value::list(items))
}

fn dict_setdefault(vm: &mut Vm, args: Args) -> PyResult {
    let dict = dict(vm, &args)?;
    let name = item(&args);
    if name.is_unknown() {
        return Ok(name);
    }
    let key = vm.hash_key(&name)?;
    if let Some((_, value)) = dict.entries.borrow().get(&key) {
        return Ok(value.clone());
    }
    let value = args.positional.get(2).cloned().unwrap_or(Value::None);
    vm.reserve(dict.len() + 1)?;
    dict.insert(key, name, value.clone());
    Ok(value)
}

fn dict_popitem(vm: &mut Vm, args: Args) -> PyResult {
    let dict = dict(vm, &args)?;
    let last = dict.entries.borrow_mut().pop();
    match last {
        Some((_, (name, value))) => Ok(Value::tuple(vec![name, value])),
        None => Err(vm.raise("KeyError", "popitem(): dictionary is empty")),
    }
}

fn dict_clear(vm: &mut Vm, args: Args) -> PyResult {
    let dropped = std::mem::take(&mut *dict(vm, &args)?.entries.borrow_mut());
    drop(dropped);
    Ok(Value::None)
}

fn dict_copy(vm: &mut Vm, args: Args) -> PyResult {
    let pairs = dict(vm, &args)?.pairs();
    vm.make_dict(pairs)
}

/// Returns the keyed items of any iterable; `Err` when they are not known.
fn keyed(vm: &mut Vm, source: &Value) -> PyResult<Result<Vec<(HashKey, Value)>, Value>> {
    if let Some(unknown) = Vm::unknown_iterable(source) {
        return Ok(Err(Value::Unknown(unknown)));
    }
    let mut out = Vec::new();
    for value in vm.iterate(source)? {
        if value.is_unknown() {
            return Ok(Err(value));
        }
        out.push((vm.hash_key(&value)?, value));
    }
    Ok(Ok(out))
}

/// Returns a set of the same kind as the receiver.
fn like(args: &Args, items: impl IntoIterator<Item = (HashKey, Value)>) -> Value {
    let made = Set::default();
    made.items.borrow_mut().extend(items);
    match args.positional.first() {
        Some(Value::FrozenSet(_)) => Value::FrozenSet(Rc::new(made)),
        _ => Value::Set(Rc::new(made)),
    }
}

fn own(vm: &Vm, args: &Args) -> PyResult<Vec<(HashKey, Value)>> {
    Ok(set(vm, args)?.items.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn set_update(vm: &mut Vm, args: Args) -> PyResult {
    let set = set(vm, &args)?;
    for source in args.positional.iter().skip(1) {
        match keyed(vm, source)? {
            Ok(items) => {
                vm.reserve(set.items.borrow().len() + items.len())?;
                for (key, value) in items {
                    set.items.borrow_mut().entry(key).or_insert(value);
                }
            }
            Err(unknown) => return Ok(unknown),
        }
    }
    Ok(Value::None)
}

fn set_discard(vm: &mut Vm, args: Args) -> PyResult {
    let key = vm.hash_key(&item(&args))?;
    set(vm, &args)?.items.borrow_mut().shift_remove(&key);
    Ok(Value::None)
}

fn set_remove(vm: &mut Vm, args: Args) -> PyResult {
    let wanted = item(&args);
    let key = vm.hash_key(&wanted)?;
    match set(vm, &args)?.items.borrow_mut().shift_remove(&key) {
        Some(_) => Ok(Value::None),
        None => Err(vm.key_error(&wanted)),
    }
}

fn set_pop(vm: &mut Vm, args: Args) -> PyResult {
    let popped = set(vm, &args)?.items.borrow_mut().shift_remove_index(0);
    match popped {
        // Which item comes first is up to Python's hashing; it is known only when there is just one.
        Some((_, value)) if set(vm, &args)?.items.borrow().is_empty() => Ok(value),
        Some(_) => Ok(vm.unknown("the order of a set is not known")),
        None => Err(vm.raise("KeyError", "pop from an empty set")),
    }
}

fn set_clear(vm: &mut Vm, args: Args) -> PyResult {
    let dropped = std::mem::take(&mut *set(vm, &args)?.items.borrow_mut());
    drop(dropped);
    Ok(Value::None)
}

fn set_copy(vm: &mut Vm, args: Args) -> PyResult {
    let items = own(vm, &args)?;
    Ok(like(&args, items))
}

fn set_union(vm: &mut Vm, args: Args) -> PyResult {
    let mut items = own(vm, &args)?;
    for source in args.positional.iter().skip(1) {
        match keyed(vm, source)? {
            Ok(more) => items.extend(more),
            Err(unknown) => return Ok(unknown),
        }
    }
    Ok(like(&args, items))
}

/// Keeps the receiver's items by whether the other iterables have them.
fn kept(vm: &mut Vm, args: &Args, keep_common: bool) -> PyResult {
    let mut items = own(vm, args)?;
    for source in args.positional.iter().skip(1) {
        match keyed(vm, source)? {
            Ok(other) => {
                let keys: std::collections::HashSet<HashKey> =
                    other.into_iter().map(|(key, _)| key).collect();
                items.retain(|(key, _)| keys.contains(key) == keep_common);
            }
            Err(unknown) => return Ok(unknown),
        }
    }
    Ok(like(args, items))
}

fn set_intersection(vm: &mut Vm, args: Args) -> PyResult {
    kept(vm, &args, true)
}

fn set_difference(vm: &mut Vm, args: Args) -> PyResult {
    kept(vm, &args, false)
}

fn set_symmetric_difference(vm: &mut Vm, args: Args) -> PyResult {
    let mine = own(vm, &args)?;
    let other = match keyed(vm, &item(&args))? {
        Ok(other) => other,
        Err(unknown) => return Ok(unknown),
    };
    let only_mine: Vec<_> =
        mine.iter().filter(|(key, _)| !other.iter().any(|(known, _)| known == key)).cloned().collect();
    let only_other: Vec<_> =
        other.into_iter().filter(|(key, _)| !mine.iter().any(|(known, _)| known == key)).collect();
    Ok(like(&args, only_mine.into_iter().chain(only_other)))
}

/// Compares the receiver with another iterable, both as sets of keys.
fn related(vm: &mut Vm, args: &Args, question: impl Fn(&[HashKey], &[HashKey]) -> bool) -> PyResult {
    let mine: Vec<HashKey> = own(vm, args)?.into_iter().map(|(key, _)| key).collect();
    match keyed(vm, &item(args))? {
        Ok(other) => {
            let other: Vec<HashKey> = other.into_iter().map(|(key, _)| key).collect();
            vm.spend(mine.len().saturating_mul(other.len()) / 64)?;
            Ok(Value::Bool(question(&mine, &other)))
        }
        Err(unknown) => Ok(unknown),
    }
}

fn set_issubset(vm: &mut Vm, args: Args) -> PyResult {
    related(vm, &args, |mine, other| mine.iter().all(|key| other.contains(key)))
}

fn set_issuperset(vm: &mut Vm, args: Args) -> PyResult {
    related(vm, &args, |mine, other| other.iter().all(|key| mine.contains(key)))
}

fn set_isdisjoint(vm: &mut Vm, args: Args) -> PyResult {
    related(vm, &args, |mine, other| !mine.iter().any(|key| other.contains(key)))
}

fn bytes_decode(vm: &mut Vm, args: Args) -> PyResult {
    match args.receiver().unwrapped() {
        Value::Bytes(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Value::str(text)),
            Err(_) => Err(vm.raise("UnicodeDecodeError", "'utf-8' codec can't decode these bytes")),
        },
        other => {
            Err(vm.type_error(format!("descriptor requires a 'bytes' object, not {}", vm.type_name(&other))))
        }
    }
}

fn bytes_hex(_vm: &mut Vm, args: Args) -> PyResult {
    match args.receiver().unwrapped() {
        Value::Bytes(bytes) => {
            let digits = bytes.iter().fold(String::new(), |mut out, byte| {
                use std::fmt::Write as _;
                let _ = write!(out, "{byte:02x}");
                out
            });
            Ok(Value::from(digits))
        }
        other => Ok(other),
    }
}
