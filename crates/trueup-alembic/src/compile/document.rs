//! JSON documents, as Python's `json.dumps` writes them.

use std::fmt::Write as _;

use trueup_python::{Value, Vm};

use super::{CompileError, is_a};

/// How deeply a document may be nested.
const MAX_NESTING: usize = 200;

/// Writes a value as JSON text.
pub(super) fn write(vm: &mut Vm, value: &Value, text: &mut String) -> Result<(), CompileError> {
    nested(vm, value, text, 0)
}

fn nested(vm: &mut Vm, value: &Value, text: &mut String, depth: usize) -> Result<(), CompileError> {
    if depth > MAX_NESTING {
        return Err(CompileError::new("a document is nested too deeply", None));
    }
    if let Some(unknown) = value.as_unknown() {
        return Err(CompileError::unknown(unknown));
    }
    if let Some(found) = value.as_str() {
        quoted(&found, text);
        return Ok(());
    }
    if let Some(found) = value.as_dict() {
        text.push('{');
        for (position, (key, item)) in found.pairs().iter().enumerate() {
            text.push_str(if position > 0 { ", " } else { "" });
            quoted(&key_text(vm, key)?, text);
            text.push_str(": ");
            nested(vm, item, text, depth + 1)?;
        }
        text.push('}');
        return Ok(());
    }
    if let Some(items) = value.items() {
        text.push('[');
        for (position, item) in items.iter().enumerate() {
            text.push_str(if position > 0 { ", " } else { "" });
            nested(vm, item, text, depth + 1)?;
        }
        text.push(']');
        return Ok(());
    }
    text.push_str(&scalar(vm, value)?);
    Ok(())
}

fn scalar(vm: &mut Vm, value: &Value) -> Result<String, CompileError> {
    match value {
        Value::None => Ok("null".to_owned()),
        Value::Bool(true) => Ok("true".to_owned()),
        Value::Bool(false) => Ok("false".to_owned()),
        Value::Int(_) => Ok(vm.repr_text(value)),
        Value::Float(number) if number.is_finite() => Ok(vm.repr_text(value)),
        other => match other.as_int().filter(|_| !is_a(other, "decimal.Decimal")) {
            Some(number) => Ok(number.to_string()),
            None => {
                let message = format!("a value of the type `{}` has no JSON text", vm.type_name(other));
                Err(CompileError::new(message, None))
            }
        },
    }
}

fn key_text(vm: &mut Vm, key: &Value) -> Result<String, CompileError> {
    match key.as_str() {
        Some(text) => Ok(text.to_string()),
        None => scalar(vm, key),
    }
}

/// Writes a text with everything but ASCII escaped.
fn quoted(found: &str, text: &mut String) {
    text.push('"');
    for c in found.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            ' '..='~' => text.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text.push('"');
}
