//! Methods of `str`.

use super::super::Table;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::Value;
use crate::vm::Vm;
use std::rc::Rc;

pub(crate) const METHODS: Table = &[
    ("join", join),
    ("format", format),
    ("split", split),
    ("replace", replace),
    ("strip", strip),
    ("lower", lower),
    ("upper", upper),
    ("startswith", startswith),
    ("endswith", endswith),
];

/// Returns the text of the receiver, which the table guarantees to be a string unless a caller was strange.
pub(crate) fn text(vm: &Vm, args: &Args) -> PyResult<Rc<str>> {
    match args.positional.first().and_then(Value::as_str) {
        Some(text) => Ok(text),
        None => Err(vm.type_error("descriptor requires a 'str' object")),
    }
}

fn join(vm: &mut Vm, args: Args) -> PyResult {
    let separator = text(vm, &args)?;
    let Some(source) = args.positional.get(1) else {
        return Err(vm.type_error("str.join() takes exactly one argument"));
    };
    if let Some(unknown) = Vm::unknown_iterable(source) {
        return Ok(Value::Unknown(unknown));
    }
    let mut joined = String::new();
    for (index, item) in vm.iterate(source)?.into_iter().enumerate() {
        if index > 0 {
            joined.push_str(&separator);
        }
        match item.as_str() {
            Some(part) => joined.push_str(&part),
            None if item.is_unknown() => return Ok(item),
            None => {
                return Err(vm.type_error(format!(
                    "sequence item {index}: expected str instance, {} found",
                    vm.type_name(&item)
                )));
            }
        }
        if joined.len() > vm.limits().size {
            return Err(vm.abort("a text is too large to evaluate"));
        }
    }
    vm.reserve(joined.len())?;
    Ok(Value::from(joined))
}

fn format(vm: &mut Vm, args: Args) -> PyResult {
    let template = text(vm, &args)?;
    crate::format::str_format(vm, &template, &args)
}

fn split(vm: &mut Vm, args: Args) -> PyResult {
    let text = text(vm, &args)?;
    if let Some(unknown) = args.first_unknown() {
        return Ok(Value::Unknown(unknown.clone()));
    }
    vm.reserve(text.len())?;
    let limit = args.at(2, "maxsplit").and_then(Value::as_int).and_then(|limit| usize::try_from(limit).ok());
    let parts: Vec<Value> = match (args.at(1, "sep").and_then(Value::as_str), limit) {
        (Some(separator), _) if separator.is_empty() => return Err(vm.raise("ValueError", "empty separator")),
        (Some(separator), None) => text.split(&*separator).map(Value::str).collect(),
        (Some(separator), Some(limit)) => {
            text.splitn(limit.saturating_add(1), &*separator).map(Value::str).collect()
        }
        (None, None) => text.split_whitespace().map(Value::str).collect(),
        (None, Some(limit)) => {
            let mut rest = text.trim_start();
            let mut parts = Vec::new();
            while parts.len() < limit
                && let Some((part, tail)) = rest.split_once(char::is_whitespace)
            {
                parts.push(Value::str(part));
                rest = tail.trim_start();
            }
            if !rest.is_empty() {
                parts.push(Value::str(rest));
            }
            parts
        }
    };
    Ok(Value::list(parts))
}

fn replace(vm: &mut Vm, args: Args) -> PyResult {
    let text = text(vm, &args)?;
    if let Some(unknown) = args.first_unknown() {
        return Ok(Value::Unknown(unknown.clone()));
    }
    let (Some(old), Some(new)) =
        (args.at(1, "old").and_then(Value::as_str), args.at(2, "new").and_then(Value::as_str))
    else {
        return Err(vm.type_error("replace() needs two strings"));
    };
    vm.reserve(text.len().saturating_add(text.matches(&*old).count().saturating_mul(new.len())))?;
    let count = args.at(3, "count").and_then(Value::as_int).and_then(|count| usize::try_from(count).ok());
    Ok(Value::from(match count {
        Some(count) => text.replacen(&*old, &new, count),
        None => text.replace(&*old, &new),
    }))
}

fn strip(vm: &mut Vm, args: Args) -> PyResult {
    let text = text(vm, &args)?;
    Ok(match args.positional.get(1) {
        None | Some(Value::None) => Value::str(text.trim()),
        Some(unknown @ Value::Unknown(_)) => unknown.clone(),
        Some(set) => {
            let set = set.as_str().unwrap_or_default();
            Value::str(text.trim_matches(|c| set.contains(c)))
        }
    })
}

fn lower(vm: &mut Vm, args: Args) -> PyResult {
    Ok(Value::from(text(vm, &args)?.to_lowercase()))
}

fn upper(vm: &mut Vm, args: Args) -> PyResult {
    Ok(Value::from(text(vm, &args)?.to_uppercase()))
}

fn startswith(vm: &mut Vm, args: Args) -> PyResult {
    affix(vm, &args, |text, part| text.starts_with(part))
}

fn endswith(vm: &mut Vm, args: Args) -> PyResult {
    affix(vm, &args, |text, part| text.ends_with(part))
}

fn affix(vm: &Vm, args: &Args, test: fn(&str, &str) -> bool) -> PyResult {
    let text = text(vm, args)?;
    match args.positional.get(1) {
        Some(unknown @ Value::Unknown(_)) => Ok(unknown.clone()),
        Some(Value::Tuple(parts)) => {
            Ok(Value::Bool(parts.iter().filter_map(Value::as_str).any(|part| test(&text, &part))))
        }
        Some(part) => match part.as_str() {
            Some(part) => Ok(Value::Bool(test(&text, &part))),
            None => Err(vm.type_error("first arg must be str or a tuple of str")),
        },
        None => Err(vm.type_error("an argument is missing")),
    }
}
