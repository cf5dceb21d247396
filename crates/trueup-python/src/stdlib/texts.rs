//! Native parts of `re` and `json`, and of modules whose answers are not known.

use std::rc::Rc;

use crate::error::PyResult;
use crate::native::Args;
use crate::value::Value;
use crate::vm::Vm;

/// Steps after which a regular expression is given up.
const BACKTRACK_LIMIT: usize = 100_000;

/// Functions that ask the world outside, and what is told instead of an answer.
const OUTSIDE: &[(&str, &str)] = &[
    ("datetime._clock", "the clock is not known"),
    ("datetime._now", "the clock is not known"),
    ("time._clock", "the clock is not known"),
    ("uuid._random", "a random value is not known"),
    ("random._chance", "a random value is not known"),
    ("sys._loaded_modules", "which modules are loaded is not known"),
    ("os._environment", "the environment is not known"),
    ("os._required", "the environment is not known"),
    ("os._is_set", "the environment is not known"),
    ("os._outside", "the environment is not known"),
    ("ipaddress._computed", "addresses are not computed"),
    ("os.path._disk", "what is on the disk is not known"),
];

pub(super) fn register(vm: &mut Vm) {
    for (name, reason) in OUTSIDE {
        vm.register(name, move |vm, _| Ok(vm.unknown(*reason)));
    }
    vm.register("copy._shallow", |_, args| Ok(shallow(args.get("value").unwrap_or(&Value::None))));
    vm.register("re._find", find);
    vm.register("json._quote", quote);
    vm.register("json.loads", loads);
}

fn shallow(value: &Value) -> Value {
    match value {
        Value::Instance(instance) => Value::Instance(Rc::new(instance.copied())),
        other => other.clone(),
    }
}

/// `re._find(pattern, flags, string, anchored, pos, endpos)`: matches as `(spans, names, values)`.
fn find(vm: &mut Vm, args: Args) -> PyResult {
    if let Some(unknown) = args.first_unknown() {
        return Ok(Value::Unknown(unknown.clone()));
    }
    let text_of = |name: &str| args.get(name).and_then(Value::as_str);
    let (Some(pattern), Some(string)) = (text_of("pattern"), text_of("string")) else {
        return Err(vm.type_error("expected string or bytes-like object"));
    };
    let flags = args.get("flags").and_then(Value::as_int).unwrap_or(0);
    let anchored = text_of("anchored");
    vm.spend(pattern.len() + string.len() / 8)?;
    let Some(expression) = compiled(&pattern, flags, anchored.as_deref()) else {
        return Ok(vm.unknown("this regular expression is not evaluated"));
    };
    // Positions count characters in Python and bytes here.
    let offset = |name: &str, default: usize| match args.get(name).and_then(Value::as_int) {
        Some(at) => {
            let at = usize::try_from(at).unwrap_or(0);
            string.char_indices().nth(at).map_or(string.len(), |(offset, _)| offset)
        }
        None => default,
    };
    let (mut start, end) = (offset("pos", 0), offset("endpos", string.len()));
    let haystack = &string[..end];
    let position = |at: usize| Value::Int(haystack[..at].chars().count() as i128);
    let mut found = Vec::new();
    while start <= end {
        let captures = match expression.captures_from_pos(haystack, start) {
            Ok(Some(captures)) => captures,
            Ok(None) => break,
            Err(_) => return Ok(vm.unknown("this regular expression takes too long")),
        };
        let mut spans = Vec::new();
        let mut values = Vec::new();
        for group in captures.iter() {
            let (span, value) = match group {
                Some(group) => ((position(group.start()), position(group.end())), Value::str(group.as_str())),
                None => ((Value::Int(-1), Value::Int(-1)), Value::None),
            };
            spans.push(Value::tuple(vec![span.0, span.1]));
            values.push(value);
        }
        let names = expression.capture_names().enumerate().filter_map(|(at, name)| Some((name?, at)));
        let names = Value::dict_of(names.map(|(name, at)| (Rc::from(name), Value::Int(at as i128))));
        found.push(Value::tuple(vec![Value::list(spans), names, Value::list(values)]));
        let Some(whole) = captures.get(0).filter(|_| anchored.is_none()) else { break };
        let step = haystack[whole.end()..].chars().next().map_or(1, char::len_utf8);
        start = if whole.end() == whole.start() { whole.end() + step } else { whole.end() };
        vm.spend(1)?;
    }
    vm.reserve(found.len())?;
    Ok(Value::list(found))
}

/// Compiles an expression of Python, or not where it uses what only Python has.
fn compiled(pattern: &str, flags: i128, anchored: Option<&str>) -> Option<fancy_regex::Regex> {
    let flags = [(2, 'i'), (8, 'm'), (16, 's'), (64, 'x')].into_iter().filter(|(bit, _)| flags & bit != 0);
    let letters: String = flags.map(|(_, letter)| letter).collect();
    // With `x`, a comment may reach to the end of the pattern.
    let end = if letters.contains('x') { "\n" } else { "" };
    // `\G` is where the search starts; `\A` and `^` remain the start of the text.
    let pattern = match anchored {
        Some("match") => format!(r"\G(?:{pattern}{end})"),
        Some(_) => format!(r"\G(?:{pattern}{end})\z"),
        None => pattern.to_owned(),
    };
    let pattern = pattern.replace(r"\Z", r"\z");
    let pattern = if letters.is_empty() { pattern } else { format!("(?{letters}){pattern}") };
    fancy_regex::RegexBuilder::new(&pattern).backtrack_limit(BACKTRACK_LIMIT).build().ok()
}

/// `json._quote(text, ensure_ascii)`.
fn quote(_vm: &mut Vm, args: Args) -> PyResult {
    let text = args.get("text").and_then(Value::as_str).unwrap_or_else(|| "".into());
    let ascii = args.get("ensure_ascii").and_then(Value::as_bool) != Some(false);
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if u32::from(control) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            wide if ascii && !wide.is_ascii() => {
                let mut units = [0; 2];
                for unit in wide.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            other => out.push(other),
        }
    }
    out.push('"');
    Ok(Value::from(out))
}

/// `json.loads(text)`.
fn loads(vm: &mut Vm, args: Args) -> PyResult {
    let Some(text) = args.get("text").and_then(Value::as_str) else {
        return Ok(match args.first_unknown() {
            Some(unknown) => Value::Unknown(unknown.clone()),
            None => vm.unknown("this JSON is not read"),
        });
    };
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(value) => Ok(from_json(&value)),
        Err(error) => Err(vm.raise("ValueError", error.to_string())),
    }
}

fn from_json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(flag) => Value::Bool(*flag),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(i128::from(whole)),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => Value::str(text),
        serde_json::Value::Array(items) => Value::list(items.iter().map(from_json).collect()),
        serde_json::Value::Object(entries) => {
            Value::dict_of(entries.iter().map(|(key, value)| (Rc::from(key.as_str()), from_json(value))))
        }
    }
}
