//! A short text of operations for expectations: everything that is not the default, nothing twice.
//!
//! It reads the `Debug` text of an operation, so no field can be forgotten, and leaves out what says nothing
//! (`None`, `false`, `[]`, origins, forms, canonical forms beside the text).

use std::fmt::Write;
use trueup_schema::Operation;

enum Value {
    Atom(String),
    Fields(String, Vec<(String, Value)>),
    Items(String, Vec<Value>),
}

pub(crate) fn dump(operation: &Operation) -> String {
    let text = format!("{operation:?}");
    let mut rest = text.as_str();
    let inner = match value(&mut rest) {
        Value::Items(_, mut items) if items.len() == 1 => items.remove(0),
        other => other,
    };
    let Value::Fields(_, fields) = inner else { return operation.name().to_owned() };
    format!("{}{}", operation.name(), list(&fields))
}

fn list(fields: &[(String, Value)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        let shown = show(value);
        let silent = matches!(name.as_str(), "origin" | "inline")
            || shown.is_empty()
            || (name == "nullable" && shown == "true");
        let said = matches!(name.as_str(), "nullable" | "stored" | "enabled")
            || !matches!(shown.as_str(), "false" | "No" | "NoAction");
        let usual = matches!(
            (name.as_str(), shown.as_str()),
            ("valid" | "enabled" | "permissive", "true") | ("method", "btree") | ("key", "")
        );
        if !silent && said && !usual {
            let _ = match name.as_str() {
                "0" => write!(text, " {shown}"),
                _ => write!(text, " {name}={shown}"),
            };
        }
    }
    text
}

fn show(value: &Value) -> String {
    match value {
        Value::Atom(atom) if atom == "None" => String::new(),
        Value::Atom(atom) => atom.clone(),
        Value::Items(name, items) if name == "Some" && items.len() == 1 => match &items[0] {
            Value::Atom(atom) if atom == "None" => "none".to_owned(),
            Value::Atom(atom) if atom == "true" => "yes".to_owned(),
            Value::Atom(atom) if atom == "false" => "no".to_owned(),
            other => show(other),
        },
        Value::Items(_, items) if items.is_empty() => String::new(),
        Value::Items(name, items) => {
            let items: Vec<String> = items.iter().map(show).collect();
            match name.as_str() {
                "Column" | "Expression" | "Identity" | "Computed" => items.join(" "),
                "" => format!("[{}]", items.join(", ")),
                _ => format!("{name}({})", items.join(", ")),
            }
        }
        Value::Fields(name, fields) => {
            let field = |name: &str| fields.iter().find(|field| field.0 == name).map(|field| show(&field.1));
            match name.as_str() {
                "ObjectName" => {
                    let namespace = field("namespace").filter(|namespace| !namespace.is_empty());
                    let name = field("name").unwrap_or_default();
                    namespace.map_or(name.clone(), |namespace| format!("{namespace}.{name}"))
                }
                "SqlExpr" => format!("`{}`", field("text").unwrap_or_default()),
                "ColumnType" => match field("kind") {
                    Some(kind) if kind.starts_with("Unknown") => "?".to_owned(),
                    _ => format!("<{}>", field("raw").unwrap_or_default()),
                },
                "Serial" | "Identity" | "Computed" | "Inherit" | "AttachPartition" => {
                    format!("{name}{{{}}}", list(fields).trim())
                }
                _ => format!("{{{}}}", list(fields).trim()),
            }
        }
    }
}

fn value(rest: &mut &str) -> Value {
    let head = rest.chars().next().unwrap_or(' ');
    match head {
        '"' => string(rest),
        '[' => items(rest, String::new(), ']'),
        '{' => map(rest),
        '(' => items(rest, String::new(), ')'),
        _ => {
            let end = rest.find([' ', ',', '(', ')', '{', '}', '[', ']', ':']).unwrap_or(rest.len());
            let word = rest[..end].to_owned();
            *rest = &rest[end..];
            if rest.starts_with('(') {
                return items(rest, word, ')');
            }
            if let Some(after) = rest.strip_prefix(" {") {
                *rest = after;
                return fields(rest, word);
            }
            Value::Atom(word)
        }
    }
}

fn string(rest: &mut &str) -> Value {
    let mut escaped = false;
    let mut text = String::new();
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => {
                if character != '"' && character != '\'' && character != '\\' {
                    text.push('\\');
                }
                text.push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => {
                *rest = &rest[at + 1..];
                return Value::Atom(text);
            }
            _ => text.push(character),
        }
    }
    *rest = "";
    Value::Atom(text)
}

fn items(rest: &mut &str, name: String, close: char) -> Value {
    *rest = &rest[1..];
    let mut items = Vec::new();
    loop {
        *rest = rest.trim_start_matches([' ', ',']);
        if rest.is_empty() || rest.starts_with(close) {
            *rest = rest.get(1..).unwrap_or("");
            return Value::Items(name, items);
        }
        items.push(value(rest));
    }
}

fn fields(rest: &mut &str, name: String) -> Value {
    let mut fields = Vec::new();
    loop {
        *rest = rest.trim_start_matches([' ', ',']);
        if rest.is_empty() || rest.starts_with('}') {
            *rest = rest.get(1..).unwrap_or("");
            return Value::Fields(name, fields);
        }
        let end = rest.find(':').unwrap_or(rest.len());
        let field = rest[..end].to_owned();
        *rest = rest[end..].trim_start_matches([':', ' ']);
        fields.push((field, value(rest)));
    }
}

fn map(rest: &mut &str) -> Value {
    *rest = &rest[1..];
    let mut fields = Vec::new();
    loop {
        *rest = rest.trim_start_matches([' ', ',']);
        if rest.is_empty() || rest.starts_with('}') {
            *rest = rest.get(1..).unwrap_or("");
            return if fields.is_empty() {
                Value::Atom(String::new())
            } else {
                Value::Fields(String::new(), fields)
            };
        }
        let key = show(&value(rest));
        *rest = rest.trim_start_matches([':', ' ']);
        fields.push((key, value(rest)));
    }
}
