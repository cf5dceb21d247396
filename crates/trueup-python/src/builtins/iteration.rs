//! Builtin functions over iterables: `map`, `filter`, `min`, `max`, `sum`, `reversed`.

use super::Table;
use crate::ast::{BinaryOp, CompareOp};
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{Iter, Value};
use crate::vm::Vm;

pub(super) const FUNCTIONS: Table =
    &[("map", map), ("filter", filter), ("min", min), ("max", max), ("sum", sum), ("reversed", reversed)];

/// Returns the items of an iterable, or the unknown that stands for all of them.
fn items(vm: &mut Vm, source: &Value) -> PyResult<Result<Vec<Value>, Value>> {
    match Vm::unknown_iterable(source) {
        Some(unknown) => Ok(Err(Value::Unknown(unknown))),
        None => Ok(Ok(vm.iterate(source)?)),
    }
}

/// `map(function, *iterables)`; evaluated at once, since what it calls has no effects that an order could show.
fn map(vm: &mut Vm, args: Args) -> PyResult {
    let function = args.receiver();
    let mut columns = Vec::new();
    for source in args.positional.iter().skip(1) {
        match items(vm, source)? {
            Ok(values) => columns.push(values),
            Err(unknown) => return Ok(unknown),
        }
    }
    let length = columns.iter().map(Vec::len).min().unwrap_or(0);
    let mut results = Vec::with_capacity(length);
    for index in 0..length {
        let row = columns.iter().map(|column| column[index].clone()).collect();
        results.push(vm.call_with(&function, row)?);
    }
    Ok(Iter::from_values(results))
}

fn filter(vm: &mut Vm, args: Args) -> PyResult {
    let function = args.receiver();
    let source = args.positional.get(1).cloned().unwrap_or(Value::None);
    let values = match items(vm, &source)? {
        Ok(values) => values,
        Err(unknown) => return Ok(unknown),
    };
    let mut kept = Vec::new();
    for value in values {
        let verdict =
            if function.is_none() { value.clone() } else { vm.call_with(&function, vec![value.clone()])? };
        if verdict.is_unknown() {
            return Ok(verdict);
        }
        if vm.truth(&verdict)?.is_true() {
            kept.push(value);
        }
    }
    Ok(Iter::from_values(kept))
}

fn min(vm: &mut Vm, args: Args) -> PyResult {
    extreme(vm, &args, CompareOp::Lt, "min")
}

fn max(vm: &mut Vm, args: Args) -> PyResult {
    extreme(vm, &args, CompareOp::Gt, "max")
}

fn extreme(vm: &mut Vm, args: &Args, op: CompareOp, name: &str) -> PyResult {
    let values = if args.positional.len() == 1 {
        match items(vm, &args.receiver())? {
            Ok(values) => values,
            Err(unknown) => return Ok(unknown),
        }
    } else {
        args.positional.clone()
    };
    let key = args.get("key").filter(|key| !key.is_none()).cloned();
    let mut best: Option<(Value, Value)> = None;
    for value in values {
        let rank = match &key {
            Some(key) => vm.call_with(key, vec![value.clone()])?,
            None => value.clone(),
        };
        if rank.is_unknown() {
            return Ok(rank);
        }
        let better = match &best {
            None => true,
            Some((known, _)) => {
                let verdict = vm.compare(op, &rank, &known.clone())?;
                if verdict.is_unknown() {
                    return Ok(verdict);
                }
                vm.truth(&verdict)?.is_true()
            }
        };
        if better {
            best = Some((rank, value));
        }
    }
    match (best, args.get("default")) {
        (Some((_, value)), _) => Ok(value),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(vm.raise("ValueError", format!("{name}() iterable argument is empty"))),
    }
}

fn sum(vm: &mut Vm, args: Args) -> PyResult {
    let values = match items(vm, &args.receiver())? {
        Ok(values) => values,
        Err(unknown) => return Ok(unknown),
    };
    let mut total = args.at(1, "start").cloned().unwrap_or(Value::Int(0));
    for value in values {
        total = vm.binary(BinaryOp::Add, &total, &value)?;
    }
    Ok(total)
}

fn reversed(vm: &mut Vm, args: Args) -> PyResult {
    match items(vm, &args.receiver())? {
        Ok(mut values) => {
            values.reverse();
            Ok(Iter::from_values(values))
        }
        Err(unknown) => Ok(unknown),
    }
}
