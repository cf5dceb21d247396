//! `repr()` of values, and the last line of a traceback.

use crate::error::PyResult;
use crate::value::Value;
use crate::vm::Vm;

/// Deeper containers show as `...`.
const MAX_DEPTH: usize = 30;

/// Returns `repr(value)`; unknown shows as `<unknown: reason>`.
pub(crate) fn repr(vm: &mut Vm, value: &Value, depth: usize) -> PyResult<String> {
    if depth > MAX_DEPTH {
        return Ok("...".to_owned());
    }
    vm.spend(1)?;
    Ok(match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => float(*value),
        Value::Str(text) => string(text),
        Value::Bytes(bytes) => self::bytes(bytes),
        Value::List(list) => {
            let items = list.items.borrow().clone();
            format!("[{}]", joined(vm, &items, depth)?)
        }
        Value::Tuple(tuple) => match &tuple[..] {
            [only] => format!("({},)", nested(vm, only, depth)?),
            items => format!("({})", joined(vm, items, depth)?),
        },
        Value::Dict(dict) => {
            let mut parts = Vec::new();
            for (key, value) in dict.pairs() {
                parts.push(format!("{}: {}", nested(vm, &key, depth)?, nested(vm, &value, depth)?));
            }
            format!("{{{}}}", parts.join(", "))
        }
        Value::Set(set) => {
            let items = set.values();
            if items.is_empty() { "set()".to_owned() } else { format!("{{{}}}", joined(vm, &items, depth)?) }
        }
        Value::FrozenSet(set) => {
            let items = set.values();
            if items.is_empty() {
                "frozenset()".to_owned()
            } else {
                format!("frozenset({{{}}})", joined(vm, &items, depth)?)
            }
        }
        Value::Slice(parts) => format!("slice({})", joined(vm, &parts[..], depth)?),
        Value::Range(range) if range.step == 1 => format!("range({}, {})", range.start, range.stop),
        Value::Range(range) => format!("range({}, {}, {})", range.start, range.stop, range.step),
        Value::Function(function) => format!("<function {}>", function.qualname),
        Value::BoundMethod(method) => match &method.function {
            Value::Function(function) => format!("<bound method {}>", function.qualname),
            Value::Builtin(builtin) => format!("<built-in method {}>", builtin.name),
            _ => "<bound method>".to_owned(),
        },
        Value::Builtin(builtin) => format!("<built-in function {}>", builtin.name),
        Value::Class(class) if &*class.module == "builtins" => format!("<class '{}'>", class.name),
        Value::Class(class) => format!("<class '{}.{}'>", class.module, class.qualname),
        Value::Instance(instance) => {
            let base = instance.base_value.borrow().clone();
            if instance.class.is_subclass(&vm.types.base_exception) {
                let args = instance.get("args").and_then(|args| args.items()).unwrap_or_default();
                format!("{}({})", instance.class.name, joined(vm, &args, depth)?)
            } else if let Some(base) = base {
                repr(vm, &base, depth + 1)?
            } else {
                format!("<{}.{} object>", instance.class.module, instance.class.qualname)
            }
        }
        Value::Module(module) => format!("<module '{}'>", module.name),
        Value::Property(_) => "<property object>".to_owned(),
        Value::StaticMethod(_) => "<staticmethod object>".to_owned(),
        Value::ClassMethod(_) => "<classmethod object>".to_owned(),
        Value::Super(_) => "<super object>".to_owned(),
        Value::Iterator(iterator) => format!("<{} object>", iterator.kind),
        Value::Ellipsis => "Ellipsis".to_owned(),
        Value::NotImplemented => "NotImplemented".to_owned(),
        Value::Native(native) => native.repr().unwrap_or_else(|| format!("<{} object>", native.type_name())),
        Value::Unknown(unknown) => format!("<unknown: {}>", unknown.reason),
    })
}

fn nested(vm: &mut Vm, value: &Value, depth: usize) -> PyResult<String> {
    if depth < MAX_DEPTH
        && let Some(text) = vm.special(value, "__repr__", &[])?
    {
        return Ok(text.as_str().map_or_else(|| "<unknown>".to_owned(), |text| text.to_string()));
    }
    vm.look_inside(|vm| repr(vm, value, depth + 1))
}

fn joined(vm: &mut Vm, items: &[Value], depth: usize) -> PyResult<String> {
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(&nested(vm, item, depth)?);
        if text.len() > vm.limits().size {
            return Err(vm.abort("a text is too large to evaluate"));
        }
    }
    Ok(text)
}

/// Returns `repr` of a float.
pub(crate) fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = match exponent.strip_prefix('-') {
            Some(digits) => ('-', digits),
            None => ('+', exponent),
        };
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    if value.fract() == 0.0 { format!("{value:.1}") } else { format!("{value}") }
}

/// Returns `repr` of a string.
pub(crate) fn string(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

fn bytes(bytes: &[u8]) -> String {
    let mut out = String::from("b'");
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\'' => out.push_str("\\'"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x20..=0x7e => out.push(char::from(*byte)),
            other => out.push_str(&format!("\\x{other:02x}")),
        }
    }
    out.push('\'');
    out
}

/// Returns `str()` of an exception whose class does not define it.
pub(crate) fn exception_message(value: &Value) -> String {
    let args = match value {
        Value::Instance(instance) => instance.get("args").and_then(|args| args.items()).unwrap_or_default(),
        _ => Vec::new(),
    };
    match args.as_slice() {
        [] => String::new(),
        [only] => simple(only),
        many => format!("({})", many.iter().map(simple).collect::<Vec<_>>().join(", ")),
    }
}

fn simple(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::None => "None".to_owned(),
        Value::Float(value) => float(*value),
        _ => "…".to_owned(),
    }
}

/// Returns `ClassName: message`.
pub(crate) fn exception_summary(value: &Value) -> String {
    match value {
        Value::Instance(instance) => {
            let message = exception_message(value);
            if message.is_empty() {
                instance.class.name.to_string()
            } else {
                format!("{}: {message}", instance.class.name)
            }
        }
        _ => "exception".to_owned(),
    }
}
