//! Builtin functions.

use super::Table;
use crate::ast::CompareOp;
use crate::class::Class;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{Iter, Value};
use crate::vm::{Truth, Vm};
use std::rc::Rc;

pub(crate) const FUNCTIONS: Table = &[
    ("print", print),
    ("len", len),
    ("isinstance", is_instance),
    ("issubclass", is_subclass),
    ("repr", repr),
    ("getattr", getattr),
    ("hasattr", hasattr),
    ("setattr", setattr),
    ("sorted", sorted),
    ("enumerate", enumerate),
    ("zip", zip),
    ("any", any),
    ("all", all),
    ("iter", iter),
    ("next", next),
];

fn print(_: &mut Vm, _: Args) -> PyResult {
    Ok(Value::None)
}

fn len(vm: &mut Vm, args: Args) -> PyResult {
    vm.len(&args.receiver())
}

fn repr(vm: &mut Vm, args: Args) -> PyResult {
    vm.repr(&args.receiver())
}

fn is_instance(vm: &mut Vm, args: Args) -> PyResult {
    let [value, class] = args.positional.as_slice() else {
        return Err(vm.type_error("isinstance expected 2 arguments"));
    };
    if value.is_unknown() {
        return Ok(value.clone());
    }
    let own = vm.class_of(value);
    class_check(vm, &own, class)
}

fn is_subclass(vm: &mut Vm, args: Args) -> PyResult {
    match args.positional.as_slice() {
        [Value::Class(own), class] => class_check(vm, &own.clone(), class),
        [value @ Value::Unknown(_), _] => Ok(value.clone()),
        _ => Err(vm.type_error("issubclass() arg 1 must be a class")),
    }
}

fn class_check(vm: &mut Vm, own: &Rc<Class>, class: &Value) -> PyResult {
    match class {
        Value::Class(class) => {
            if own.is_subclass(class) {
                return Ok(Value::Bool(true));
            }
            Ok(own.unknown_base.clone().map_or(Value::Bool(false), Value::Unknown))
        }
        Value::Tuple(classes) => {
            let mut doubt = None;
            for class in classes.iter() {
                match class_check(vm, own, class)? {
                    Value::Bool(true) => return Ok(Value::Bool(true)),
                    unknown @ Value::Unknown(_) => doubt = Some(unknown),
                    _ => {}
                }
            }
            Ok(doubt.unwrap_or(Value::Bool(false)))
        }
        Value::Unknown(_) => Ok(class.clone()),
        Value::None => Ok(Value::Bool(own.is_subclass(&vm.types.none))),
        // `int | str` and `Optional[int]`.
        Value::Instance(alias) if alias.get("__args__").is_some() => {
            let members = alias.get("__args__").unwrap_or(Value::None);
            class_check(vm, own, &members)
        }
        _ => Err(vm.type_error("isinstance() arg 2 must be a type or a tuple of types")),
    }
}

fn attribute_name(vm: &Vm, args: &Args) -> PyResult<Result<Rc<str>, Value>> {
    match args.positional.get(1) {
        Some(value @ Value::Unknown(_)) => Ok(Err(value.clone())),
        Some(value) => match value.as_str() {
            Some(name) => Ok(Ok(name)),
            None => Err(vm.type_error("attribute name must be string")),
        },
        None => Err(vm.type_error("an attribute name is missing")),
    }
}

fn getattr(vm: &mut Vm, args: Args) -> PyResult {
    let name = match attribute_name(vm, &args)? {
        Ok(name) => name,
        Err(unknown) => return Ok(unknown),
    };
    match vm.lookup_attr(&args.receiver(), &name)? {
        Some(value) => Ok(value),
        None => match args.positional.get(2) {
            Some(default) => Ok(default.clone()),
            None => vm.getattr(&args.receiver(), &name),
        },
    }
}

fn hasattr(vm: &mut Vm, args: Args) -> PyResult {
    let name = match attribute_name(vm, &args)? {
        Ok(name) => name,
        Err(unknown) => return Ok(unknown),
    };
    match vm.lookup_attr(&args.receiver(), &name)? {
        Some(unknown @ Value::Unknown(_)) if args.receiver().is_unknown() => Ok(unknown),
        found => Ok(Value::Bool(found.is_some())),
    }
}

fn setattr(vm: &mut Vm, args: Args) -> PyResult {
    if let (Ok(name), Some(value)) = (attribute_name(vm, &args)?, args.positional.get(2)) {
        vm.setattr(&args.receiver(), &name, value.clone())?;
    }
    Ok(Value::None)
}

fn sorted(vm: &mut Vm, args: Args) -> PyResult {
    let source = args.receiver();
    if let Some(unknown) = Vm::unknown_iterable(&source) {
        return Ok(Value::Unknown(unknown));
    }
    let items = vm.iterate(&source)?;
    let reverse = match args.get("reverse") {
        Some(flag) => vm.truth(&flag.clone())?.is_true(),
        None => false,
    };
    sort(vm, items, args.get("key").cloned(), reverse)
}

/// Sorts stably; an order that is not known makes the whole unknown.
pub(crate) fn sort(vm: &mut Vm, items: Vec<Value>, key: Option<Value>, reverse: bool) -> PyResult {
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        let key = match &key {
            Some(key) if !key.is_none() => vm.call_with(key, vec![item.clone()])?,
            _ => item.clone(),
        };
        if key.is_unknown() {
            return Ok(key);
        }
        keyed.push((key, item));
    }
    // Insertion by binary search would be quadratic in moves; a merge sort that may fail is short enough.
    let sorted = match merge_sort(vm, keyed, reverse)? {
        Ok(sorted) => sorted,
        Err(unknown) => return Ok(unknown),
    };
    Ok(Value::list(sorted.into_iter().map(|(_, item)| item).collect()))
}

type Keyed = Vec<(Value, Value)>;

fn merge_sort(vm: &mut Vm, mut items: Keyed, reverse: bool) -> PyResult<Result<Keyed, Value>> {
    if items.len() < 2 {
        return Ok(Ok(items));
    }
    let right = items.split_off(items.len() / 2);
    let (left, right) = match (merge_sort(vm, items, reverse)?, merge_sort(vm, right, reverse)?) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(unknown), _) | (_, Err(unknown)) => return Ok(Err(unknown)),
    };
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let (first, second) = if reverse { (a, b) } else { (b, a) };
        let less = vm.compare(CompareOp::Lt, &first.0, &second.0)?;
        let take_right = match vm.truth(&less)? {
            Truth::True => true,
            Truth::False => false,
            Truth::Unknown(unknown) => return Ok(Err(Value::Unknown(unknown))),
        };
        merged.extend(if take_right { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(Ok(merged))
}

fn enumerate(vm: &mut Vm, args: Args) -> PyResult {
    let source = args.receiver();
    if let Some(unknown) = Vm::unknown_iterable(&source) {
        return Ok(Value::Unknown(unknown));
    }
    let mut index = args.at(1, "start").and_then(Value::as_int).unwrap_or(0);
    let iterator = vm.iter(&source)?;
    Ok(Iter::from_fn(move |vm| {
        let item = vm.next(&iterator)?;
        Ok(item.map(|item| {
            let pair = Value::tuple(vec![Value::Int(index), item]);
            index = index.saturating_add(1);
            pair
        }))
    }))
}

fn zip(vm: &mut Vm, args: Args) -> PyResult {
    let mut iterators = Vec::new();
    for source in &args.positional {
        if let Some(unknown) = Vm::unknown_iterable(source) {
            return Ok(Value::Unknown(unknown));
        }
        iterators.push(vm.iter(source)?);
    }
    Ok(Iter::from_fn(move |vm| {
        let mut items = Vec::with_capacity(iterators.len());
        for iterator in &iterators {
            match vm.next(iterator)? {
                Some(item) => items.push(item),
                None => return Ok(None),
            }
        }
        Ok(if items.is_empty() { None } else { Some(Value::tuple(items)) })
    }))
}

fn any(vm: &mut Vm, args: Args) -> PyResult {
    quantify(vm, &args.receiver(), true)
}

fn all(vm: &mut Vm, args: Args) -> PyResult {
    quantify(vm, &args.receiver(), false)
}

/// Looks for an item whose truth is `decisive`, lazily.
fn quantify(vm: &mut Vm, source: &Value, decisive: bool) -> PyResult {
    if let Some(unknown) = Vm::unknown_iterable(source) {
        return Ok(Value::Unknown(unknown));
    }
    let mut doubt = None;
    let iterator = vm.iter(source)?;
    while let Some(item) = vm.next(&iterator)? {
        match vm.truth(&item)? {
            Truth::Unknown(unknown) => doubt = Some(unknown),
            truth if truth.is_true() == decisive => return Ok(Value::Bool(decisive)),
            _ => {}
        }
    }
    Ok(doubt.map_or(Value::Bool(!decisive), Value::Unknown))
}

fn iter(vm: &mut Vm, args: Args) -> PyResult {
    let source = args.receiver();
    match Vm::unknown_iterable(&source) {
        Some(unknown) => Ok(Value::Unknown(unknown)),
        None => vm.iter(&source),
    }
}

fn next(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = args.receiver();
    if iterator.is_unknown() {
        return Ok(iterator);
    }
    match vm.next(&iterator)? {
        Some(item) => Ok(item),
        None => match args.positional.get(1) {
            Some(default) => Ok(default.clone()),
            None => Err(vm.raise("StopIteration", "")),
        },
    }
}
