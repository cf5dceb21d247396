//! Evaluates queries and expressions in three values, with unknown as a fourth.

use std::rc::Rc;

use super::syntax::{Expr, Item, Query};
use super::tables::{self, Row};
use super::{Scope, Value};
use trueup_schema::ObjectName;

/// Steps that one query may take before its answer counts as unknown.
const MAX_STEPS: usize = 2_000_000;

/// The rows that names can refer to, innermost query first.
#[derive(Clone)]
pub(super) struct Rows<'a> {
    bound: Vec<(&'a str, Rc<Row>)>,
    /// Sources of the same query that have no row yet: what may name them is unknown, not the outer query's.
    pending: Vec<&'a str>,
    outer: Option<&'a Rows<'a>>,
}

impl Rows<'_> {
    pub(super) fn none() -> Self {
        Self { bound: Vec::new(), pending: Vec::new(), outer: None }
    }
}

pub(super) struct Evaluation<'s> {
    scope: &'s Scope<'s>,
    steps: std::cell::Cell<usize>,
}

impl<'s> Evaluation<'s> {
    pub(super) fn new(scope: &'s Scope<'s>) -> Self {
        Self { scope, steps: std::cell::Cell::new(0) }
    }

    /// Returns the rows of a query; `None` if it is not known which there are.
    pub(super) fn rows(&self, query: &Query, outer: &Rows<'_>) -> Option<Vec<Vec<(String, Value)>>> {
        if query.items.iter().any(|item| matches!(item, Item::Named(Expr::CountRows, _))) {
            let (found, unsure) = self.matching(query, outer, false)?;
            if unsure {
                return None;
            }
            let count = found.len();
            let item = match &query.items[..] {
                [Item::Named(Expr::CountRows, name)] => (name.clone(), Value::Number(count as i64)),
                _ => return None,
            };
            return Some(vec![vec![item]]);
        }
        let (found, unsure) = self.matching(query, outer, false)?;
        if unsure {
            return None;
        }
        let limit = query.limit.unwrap_or(usize::MAX);
        let row = |bound: Vec<(&str, Rc<Row>)>| {
            let rows = Rows { bound, pending: Vec::new(), outer: Some(outer) };
            let mut values = Vec::new();
            for item in &query.items {
                match item {
                    Item::Named(expression, name) => {
                        values.push((name.clone(), self.value(expression, &rows)));
                    }
                    Item::All => {
                        for (_, row) in &rows.bound {
                            values
                                .extend(row.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
                        }
                    }
                }
            }
            values
        };
        Some(found.into_iter().take(limit).map(row).collect())
    }

    /// Tells whether a query has rows.
    fn exists(&self, query: &Query, outer: &Rows<'_>) -> Value {
        if query.items.iter().any(|item| matches!(item, Item::Named(Expr::CountRows, _))) {
            return Value::Bool(true);
        }
        match self.matching(query, outer, true) {
            Some((found, _)) if !found.is_empty() => Value::Bool(true),
            Some((_, false)) => Value::Bool(false),
            _ => Value::Unknown,
        }
    }

    /// Returns the rows that surely match, and whether others may; `None` if nothing can be told.
    #[expect(clippy::type_complexity, reason = "rows of each source with their alias, and the doubt")]
    fn matching<'q>(
        &self,
        query: &'q Query,
        outer: &Rows<'_>,
        first: bool,
    ) -> Option<(Vec<Vec<(&'q str, Rc<Row>)>>, bool)> {
        let mut sources = Vec::new();
        for source in &query.sources {
            let rows: Vec<Rc<Row>> =
                tables::rows(self.scope, &source.table)?.into_iter().map(Rc::new).collect();
            sources.push((source.alias.as_str(), rows));
        }
        let conditions: Vec<&Expr> = query
            .sources
            .iter()
            .filter_map(|source| source.on.as_ref())
            .chain(query.filter.as_ref())
            .flat_map(conjuncts)
            .collect();
        let mut search =
            Search { evaluation: self, sources, conditions, found: Vec::new(), unsure: false, first };
        let mut bound = Vec::new();
        search.descend(&mut bound, outer)?;
        Some((search.found, search.unsure))
    }

    pub(super) fn value(&self, expression: &Expr, rows: &Rows<'_>) -> Value {
        match expression {
            Expr::Value(value) => value.clone(),
            Expr::Column(parts) => self.column(parts, rows),
            Expr::Not(inner) => not(&self.value(inner, rows)),
            Expr::Negative(inner) => match self.value(inner, rows) {
                Value::Number(number) => Value::Number(-number),
                _ => Value::Unknown,
            },
            Expr::Binary(operator, left, right) => self.binary(operator, left, right, rows),
            Expr::IsNull(inner) => match self.value(inner, rows) {
                Value::Unknown => Value::Unknown,
                value => Value::Bool(value == Value::Null),
            },
            Expr::IsTruth(inner, truth) => match self.value(inner, rows) {
                Value::Bool(value) => Value::Bool(value == *truth),
                Value::Null => Value::Bool(false),
                _ => Value::Unknown,
            },
            Expr::In(left, list) => {
                let left = self.value(left, rows);
                one_of(&left, list.iter().map(|item| self.value(item, rows)))
            }
            Expr::InQuery(left, query) => {
                let left = self.value(left, rows);
                let Some(found) = self.rows(query, rows) else { return Value::Unknown };
                one_of(
                    &left,
                    found.into_iter().filter_map(|row| row.into_iter().next()).map(|(_, value)| value),
                )
            }
            Expr::Any(left, array) => match self.value(array, rows) {
                Value::Array(items) => one_of(&self.value(left, rows), items.into_iter()),
                _ => Value::Unknown,
            },
            Expr::Like { text, pattern, any_case } => {
                match (self.value(text, rows), self.value(pattern, rows)) {
                    (Value::Text(text), Value::Text(pattern)) if *any_case => {
                        Value::Bool(like(&text.to_lowercase(), &pattern.to_lowercase()))
                    }
                    (Value::Text(text), Value::Text(pattern)) => Value::Bool(like(&text, &pattern)),
                    _ => Value::Unknown,
                }
            }
            Expr::Exists(query) => self.exists(query, rows),
            Expr::Scalar(query) => match self.rows(query, rows) {
                Some(found) => found.into_iter().next().map_or(Value::Null, |row| {
                    row.into_iter().next().map_or(Value::Unknown, |(_, value)| value)
                }),
                None => Value::Unknown,
            },
            Expr::Call(name, arguments) => {
                let values: Vec<Value> =
                    arguments.iter().map(|argument| self.value(argument, rows)).collect();
                self.call(name, &values)
            }
            Expr::CountRows => Value::Unknown,
            Expr::Cast(inner, name) => self.cast(self.value(inner, rows), name),
            Expr::Array(items) => Value::Array(items.iter().map(|item| self.value(item, rows)).collect()),
        }
    }

    fn column(&self, parts: &[String], rows: &Rows<'_>) -> Value {
        let mut level = Some(rows);
        while let Some(rows) = level {
            match parts {
                [name] => {
                    let found = rows.bound.iter().find_map(|(_, row)| row.get(name.as_str()));
                    if let Some(value) = found {
                        return value.clone();
                    }
                    if !rows.pending.is_empty() {
                        return Value::Unknown;
                    }
                }
                [.., alias, _] if rows.pending.contains(&alias.as_str()) => return Value::Unknown,
                [.., alias, name] => {
                    if let Some((_, row)) = rows.bound.iter().find(|(bound, _)| bound == alias) {
                        return row.get(name.as_str()).cloned().unwrap_or(Value::Unknown);
                    }
                }
                [] => return Value::Unknown,
            }
            level = rows.outer;
        }
        match self.scope.variables.get(&parts.join(".")) {
            Some(value) => value.clone(),
            None if parts.len() == 1 => self.call(&parts[0], &[]),
            None => Value::Unknown,
        }
    }

    fn binary(&self, operator: &str, left: &Expr, right: &Expr, rows: &Rows<'_>) -> Value {
        let left = self.value(left, rows);
        match (operator, &left) {
            ("AND", Value::Bool(false)) => return Value::Bool(false),
            ("OR", Value::Bool(true)) => return Value::Bool(true),
            _ => {}
        }
        let right = self.value(right, rows);
        match operator {
            "AND" => and(&left, &right),
            "OR" => not(&and(&not(&left), &not(&right))),
            "=" => equal(&left, &right),
            "<>" | "!=" => not(&equal(&left, &right)),
            "||" => match (text(&left), text(&right)) {
                (Some(left), Some(right)) => Value::Text(left + &right),
                _ if left == Value::Null || right == Value::Null => Value::Null,
                _ => Value::Unknown,
            },
            _ => match (&left, &right) {
                (Value::Number(left), Value::Number(right)) => match operator {
                    "<" => Value::Bool(left < right),
                    ">" => Value::Bool(left > right),
                    "<=" => Value::Bool(left <= right),
                    ">=" => Value::Bool(left >= right),
                    "+" => Value::Number(left.wrapping_add(*right)),
                    "-" => Value::Number(left.wrapping_sub(*right)),
                    _ => Value::Unknown,
                },
                _ if left == Value::Null || right == Value::Null => Value::Null,
                _ => Value::Unknown,
            },
        }
    }

    fn call(&self, name: &str, values: &[Value]) -> Value {
        let one = match values {
            [Value::Text(text)] => Some(text.as_str()),
            _ => None,
        };
        match (name, one) {
            ("current_schema", _) => {
                let first = self.scope.session.created(trueup_schema::Dialect::Postgresql, &["x".to_owned()]);
                Value::Text(first.namespace.unwrap_or_else(|| "public".to_owned()))
            }
            // One database is as good as the other: the schema has only one.
            ("current_database" | "current_catalog", _) => Value::Text(tables::DATABASE.to_owned()),
            ("current_schemas", _) => Value::Array(vec![Value::Text("public".to_owned())]),
            ("lower", Some(text)) => Value::Text(text.to_lowercase()),
            ("upper", Some(text)) => Value::Text(text.to_uppercase()),
            ("quote_ident", Some(text)) => Value::Text(quoted(text)),
            ("quote_literal", Some(text)) => Value::Text(literal(text)),
            ("to_regclass", Some(text)) => self.object(text, "rel").unwrap_or(Value::Null),
            ("to_regtype", Some(text)) => self.object(text, "type").unwrap_or(Value::Unknown),
            ("format", _) => format_text(values),
            ("concat", _) => match values.iter().map(text).collect::<Option<Vec<String>>>() {
                Some(parts) => Value::Text(parts.concat()),
                None => Value::Unknown,
            },
            ("coalesce", _) => {
                values.iter().find(|value| **value != Value::Null).cloned().unwrap_or(Value::Null)
            }
            _ => Value::Unknown,
        }
    }

    fn cast(&self, value: Value, name: &str) -> Value {
        let name = name.trim_start_matches("pg_catalog.");
        match (&value, name) {
            (Value::Text(text), "regclass") => self.object(text, "rel").unwrap_or(Value::Unknown),
            (Value::Text(text), "regtype") => self.object(text, "type").unwrap_or(Value::Unknown),
            (Value::Text(text), "regnamespace") => self.object(text, "ns").unwrap_or(Value::Unknown),
            (Value::Text(text), "int" | "integer" | "bigint") => {
                text.parse().map_or(Value::Unknown, Value::Number)
            }
            (Value::Text(_), _) if is_text(name) => value,
            (Value::Object(object), _) if is_text(name) => {
                let name = object.split_once(':').map_or(object.as_str(), |(_, name)| name);
                Value::Text(name.strip_prefix("public.").unwrap_or(name).to_owned())
            }
            (Value::Object(_), "oid" | "regclass" | "regtype" | "regnamespace") => value,
            (Value::Number(number), _) if is_text(name) => Value::Text(number.to_string()),
            (Value::Bool(_), "bool" | "boolean") | (Value::Number(_), "int" | "integer" | "bigint") => value,
            (Value::Null, _) => Value::Null,
            _ => Value::Unknown,
        }
    }

    /// Returns the identifier of an object that is there.
    fn object(&self, text: &str, kind: &str) -> Option<Value> {
        let dialect = trueup_schema::Dialect::Postgresql;
        let (tokens, _) = crate::lex::Lexer::all(dialect, text);
        let parts = crate::cursor::Cursor::new(dialect, text, &tokens).dotted().ok()?;
        let schema = self.scope.schema?;
        let exists = |name: &ObjectName| match kind {
            "rel" => crate::session::is_relation(schema, name),
            _ => schema.enums.contains_key(name) || schema.domains.contains_key(name),
        };
        let name = match kind {
            "ns" => return Some(Value::Object(format!("ns:{}", parts.last()?))),
            _ => self.scope.session.existing(dialect, &parts, exists),
        };
        exists(&name).then(|| tables::object(kind, &name))
    }
}

fn is_text(name: &str) -> bool {
    name == "text" || name == "name" || name.starts_with("varchar") || name.starts_with("character varying")
}

/// Splits `a AND b AND c`.
fn conjuncts(expression: &Expr) -> Vec<&Expr> {
    let mut open = vec![expression];
    let mut found = Vec::new();
    while let Some(expression) = open.pop() {
        match expression {
            Expr::Binary(operator, left, right) if operator == "AND" => {
                open.push(right);
                open.push(left);
            }
            other => found.push(other),
        }
    }
    found
}

/// Joins sources one by one; a condition is tried as soon as it can be told.
struct Search<'e, 's, 'q> {
    evaluation: &'e Evaluation<'s>,
    sources: Vec<(&'q str, Vec<Rc<Row>>)>,
    conditions: Vec<&'q Expr>,
    found: Vec<Vec<(&'q str, Rc<Row>)>>,
    unsure: bool,
    first: bool,
}

impl<'q> Search<'_, '_, 'q> {
    fn descend(&mut self, bound: &mut Vec<(&'q str, Rc<Row>)>, outer: &Rows<'_>) -> Option<()> {
        let steps = self.evaluation.steps.get() + 1;
        self.evaluation.steps.set(steps);
        if steps > MAX_STEPS {
            return None;
        }
        let pending = self.sources[bound.len()..].iter().map(|(alias, _)| *alias).collect();
        let rows = Rows { bound: bound.clone(), pending, outer: Some(outer) };
        let complete = bound.len() == self.sources.len();
        let mut sure = true;
        for condition in &self.conditions {
            match self.evaluation.value(condition, &rows) {
                Value::Bool(true) => {}
                // What names a row that is not bound yet is unknown; only a plain no ends the search early.
                Value::Bool(false) => return Some(()),
                Value::Null if complete => return Some(()),
                _ => sure = false,
            }
        }
        if complete {
            if sure {
                self.found.push(bound.clone());
            } else {
                self.unsure = true;
            }
            return Some(());
        }
        let (alias, candidates) = (self.sources[bound.len()].0, self.sources[bound.len()].1.clone());
        for row in candidates {
            bound.push((alias, row));
            self.descend(bound, outer)?;
            bound.pop();
            if self.first && !self.found.is_empty() {
                return Some(());
            }
        }
        Some(())
    }
}

fn not(value: &Value) -> Value {
    match value {
        Value::Bool(value) => Value::Bool(!value),
        Value::Null => Value::Null,
        _ => Value::Unknown,
    }
}

fn and(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Bool(false), _) | (_, Value::Bool(false)) => Value::Bool(false),
        (Value::Bool(true), Value::Bool(true)) => Value::Bool(true),
        (Value::Null | Value::Bool(true), Value::Null) | (Value::Null, Value::Bool(true)) => Value::Null,
        _ => Value::Unknown,
    }
}

fn equal(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Unknown, _) | (_, Value::Unknown) => Value::Unknown,
        (Value::Null, _) | (_, Value::Null) => Value::Null,
        (Value::Text(left), Value::Text(right)) | (Value::Object(left), Value::Object(right)) => {
            Value::Bool(left == right)
        }
        (Value::Number(left), Value::Number(right)) => Value::Bool(left == right),
        (Value::Bool(left), Value::Bool(right)) => Value::Bool(left == right),
        // The server reads a text beside a truth value as one.
        (Value::Bool(value), Value::Text(text)) | (Value::Text(text), Value::Bool(value)) => {
            match text.to_ascii_lowercase().as_str() {
                "t" | "true" | "yes" | "on" | "1" => Value::Bool(*value),
                "f" | "false" | "no" | "off" | "0" => Value::Bool(!*value),
                _ => Value::Unknown,
            }
        }
        _ => Value::Unknown,
    }
}

fn one_of(left: &Value, list: impl Iterator<Item = Value>) -> Value {
    let mut result = Value::Bool(false);
    for item in list {
        match equal(left, &item) {
            Value::Bool(true) => return Value::Bool(true),
            Value::Bool(false) => {}
            Value::Null if result == Value::Bool(false) => result = Value::Null,
            _ => result = Value::Unknown,
        }
    }
    result
}

/// `%` and `_`, with backtracking to the last `%` only.
fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut from, mut retry) = (0, 0, None);
    while at < text.len() {
        let escaped = pattern.get(from) == Some(&'\\') && from + 1 < pattern.len();
        let wanted = pattern.get(from + usize::from(escaped)).copied();
        if !escaped && wanted == Some('%') {
            retry = Some((from + 1, at));
            from += 1;
        } else if wanted == Some(text[at]) || (!escaped && wanted == Some('_')) {
            from += 1 + usize::from(escaped);
            at += 1;
        } else if let Some((after, start)) = retry {
            retry = Some((after, start + 1));
            (from, at) = (after, start + 1);
        } else {
            return false;
        }
    }
    pattern[from.min(pattern.len())..].iter().all(|character| *character == '%')
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if plain && starts { name.to_owned() } else { trueup_schema::name::quote_identifier(name) }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `format('… %I %L %s %1$s', …)`.
fn format_text(values: &[Value]) -> Value {
    let Some(Value::Text(pattern)) = values.first() else { return Value::Unknown };
    let mut result = String::new();
    let mut next = 1;
    let mut rest = pattern.as_str();
    while let Some(at) = rest.find('%') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            result.push('%');
            rest = after;
            continue;
        }
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let position = if !digits.is_empty() && rest[digits.len()..].starts_with('$') {
            rest = &rest[digits.len() + 1..];
            digits.parse().unwrap_or(usize::MAX)
        } else {
            next
        };
        next = position.saturating_add(1);
        let value = values.get(position);
        let Some(kind) = rest.chars().next() else { return Value::Unknown };
        rest = &rest[kind.len_utf8()..];
        match (kind, value, value.and_then(text)) {
            ('s', _, Some(text)) => result.push_str(&text),
            ('s', Some(Value::Null), _) => {}
            ('I', _, Some(text)) => result.push_str(&quoted(&text)),
            ('L', _, Some(text)) => result.push_str(&literal(&text)),
            ('L', Some(Value::Null), _) => result.push_str("NULL"),
            _ => return Value::Unknown,
        }
    }
    result.push_str(rest);
    Value::Text(result)
}
