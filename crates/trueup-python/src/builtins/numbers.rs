//! Builtin functions on numbers and characters.

use super::Table;
use crate::ast::{BinaryOp, UnaryOp};
use crate::error::PyResult;
use crate::native::Args;
use crate::value::Value;
use crate::vm::Vm;

pub(super) const FUNCTIONS: Table = &[
    ("abs", abs),
    ("round", round),
    ("divmod", divmod),
    ("pow", pow),
    ("chr", chr),
    ("ord", ord),
    ("hex", hex),
    ("oct", oct),
    ("bin", bin),
    ("format", format),
];

fn abs(vm: &mut Vm, args: Args) -> PyResult {
    match args.receiver().unwrapped() {
        Value::Int(number) => {
            Ok(number.checked_abs().map_or_else(|| vm.unknown("a number is too large"), Value::Int))
        }
        Value::Bool(flag) => Ok(Value::Int(i128::from(flag))),
        Value::Float(number) => Ok(Value::Float(number.abs())),
        unknown @ Value::Unknown(_) => Ok(unknown),
        other => vm.unary(UnaryOp::Plus, &other),
    }
}

/// Rounds half to even, as Python does.
fn round(vm: &mut Vm, args: Args) -> PyResult {
    let digits = args.at(1, "ndigits").filter(|digits| !digits.is_none()).cloned();
    match (args.receiver().unwrapped(), digits.as_ref().and_then(Value::as_int)) {
        (value @ (Value::Int(_) | Value::Bool(_) | Value::Unknown(_)), _) => Ok(value),
        (Value::Float(number), None) if number.is_finite() => {
            Ok(Value::Int(number.round_ties_even() as i128))
        }
        (Value::Float(number), Some(digits)) => {
            let factor = 10f64.powi(digits.clamp(-300, 300) as i32);
            Ok(Value::Float((number * factor).round_ties_even() / factor))
        }
        (other, _) => {
            Err(vm.type_error(format!("type {} doesn't define __round__ method", vm.type_name(&other))))
        }
    }
}

fn divmod(vm: &mut Vm, args: Args) -> PyResult {
    let [left, right] = args.positional.as_slice() else {
        return Err(vm.type_error("divmod expected 2 arguments"));
    };
    let quotient = vm.binary(BinaryOp::FloorDiv, left, right)?;
    let remainder = vm.binary(BinaryOp::Mod, left, right)?;
    Ok(Value::tuple(vec![quotient, remainder]))
}

fn pow(vm: &mut Vm, args: Args) -> PyResult {
    match args.positional.as_slice() {
        [base, exponent] => vm.binary(BinaryOp::Pow, base, exponent),
        _ => Ok(vm.unknown("pow() with a modulus is not evaluated")),
    }
}

fn chr(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.receiver();
    if value.is_unknown() {
        return Ok(value);
    }
    let letter = value.as_int().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32);
    letter
        .map(|letter| Value::str(letter.to_string()))
        .ok_or_else(|| vm.raise("ValueError", "chr() arg not in range(0x110000)"))
}

fn ord(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.receiver();
    if value.is_unknown() {
        return Ok(value);
    }
    let text = value.as_str().unwrap_or_else(|| "".into());
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Ok(Value::Int(i128::from(u32::from(letter)))),
        _ => Err(vm.type_error("ord() expected a character")),
    }
}

fn hex(vm: &mut Vm, args: Args) -> PyResult {
    in_base(vm, &args, "0x", |number| format!("{number:x}"))
}

fn oct(vm: &mut Vm, args: Args) -> PyResult {
    in_base(vm, &args, "0o", |number| format!("{number:o}"))
}

fn bin(vm: &mut Vm, args: Args) -> PyResult {
    in_base(vm, &args, "0b", |number| format!("{number:b}"))
}

fn in_base(vm: &mut Vm, args: &Args, prefix: &str, digits: fn(u128) -> String) -> PyResult {
    let value = args.receiver();
    if value.is_unknown() {
        return Ok(value);
    }
    match value.as_int() {
        Some(number) => {
            let sign = if number < 0 { "-" } else { "" };
            Ok(Value::str(format!("{sign}{prefix}{}", digits(number.unsigned_abs()))))
        }
        None => Err(vm.type_error("an integer is required")),
    }
}

fn format(vm: &mut Vm, args: Args) -> PyResult {
    let spec = args.positional.get(1).and_then(Value::as_str).unwrap_or_else(|| "".into());
    vm.format(&args.receiver(), &spec)
}
