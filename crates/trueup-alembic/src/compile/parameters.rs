//! Parameters of SQL text: where they stand, and the text with their values in it.

use trueup_python::{Value, Vm};
use trueup_schema::Dialect;

use super::CompileError;
use super::literal::{Literals, Stands};

/// A place in a text that is one of its parameters.
struct Parameter<'a> {
    start: usize,
    end: usize,
    name: Option<&'a str>,
}

/// Returns the name of the first parameter of a `text(…)`, wherever it stands.
pub(crate) fn first_parameter(text: &str) -> Option<&str> {
    named(text, 0).and_then(|found| found.name)
}

/// Returns the next word at or after a place that SQLAlchemy takes for a parameter.
///
/// Source: SQLAlchemy 2.0 `TextClause._bind_params_regex`, `(?<![:\w\x5c]):(\w+)(?!:)`.
fn named(text: &str, from: usize) -> Option<Parameter<'_>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut before = text.get(..from)?.chars().next_back();
    for (at, c) in text.get(from..)?.char_indices() {
        let at = from + at;
        let starts = c == ':' && !before.is_some_and(|c| is_word(c) || matches!(c, ':' | '\\'));
        before = Some(c);
        if !starts {
            continue;
        }
        let rest = &text[at + 1..];
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        // Before a colon the expression still matches all but the last letter of the word.
        let short = if rest[length..].starts_with(':') {
            rest[..length].char_indices().next_back().map_or(0, |(last, _)| last)
        } else {
            length
        };
        if short > 0 {
            return Some(Parameter { start: at, end: at + 1 + short, name: Some(&rest[..short]) });
        }
    }
    None
}

/// Returns the text of a `text(…)` with the values of its parameters.
pub(super) fn filled_text(
    text: &str,
    value: &mut dyn FnMut(&str) -> Result<String, CompileError>,
) -> Result<String, CompileError> {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(found) = named(text, from) {
        out.push_str(&text[from..found.start].replace("\\:", ":"));
        out.push_str(&value(found.name.unwrap_or_default())?);
        from = found.end;
    }
    out.push_str(&text[from..].replace("\\:", ":"));
    Ok(out)
}

/// Returns a text with the values of parameters in the style of the usual driver of a dialect.
pub(crate) fn filled_for_driver(
    vm: &mut Vm,
    dialect: Dialect,
    text: &str,
    parameters: &Value,
) -> Result<String, CompileError> {
    let literals = Literals { dialect };
    let dict = parameters.as_dict();
    let mut items = parameters.items().unwrap_or_default().into_iter();
    if let Some(unknown) = parameters.as_unknown() {
        return Err(CompileError::unknown(unknown));
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(found) = driver_parameter(dialect, text, from)? {
        out.push_str(&text[from..found.start]);
        from = found.end;
        if &text[found.start..found.end] == "%%" {
            out.push('%');
            continue;
        }
        let value = match found.name {
            Some(name) => dict.as_ref().and_then(|dict| dict.get_str(name)),
            None => items.next(),
        };
        let Some(value) = value else {
            let name = found.name.unwrap_or("?");
            return Err(CompileError::new(format!("the parameter `{name}` of a text has no value"), None));
        };
        out.push_str(&driver_value(vm, &literals, &value)?);
    }
    out.push_str(&text[from..]);
    if items.next().is_some() {
        return Err(CompileError::new("a text is given more values than it has parameters", None));
    }
    Ok(out)
}

/// Writes a parameter of a text: a tuple is a list in parentheses, as psycopg writes it.
pub(super) fn driver_value(vm: &mut Vm, literals: &Literals, value: &Value) -> Result<String, CompileError> {
    match value {
        Value::Tuple(items) if literals.dialect == Dialect::Postgresql && !items.is_empty() => {
            listed(vm, literals, &items.to_vec())
        }
        other => literals.natural(vm, other, Stands::Driver),
    }
}

/// Writes values as a list in parentheses.
pub(super) fn listed(vm: &mut Vm, literals: &Literals, items: &[Value]) -> Result<String, CompileError> {
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        texts.push(literals.natural(vm, item, Stands::Driver)?);
    }
    Ok(format!("({})", texts.join(", ")))
}

/// Returns the next parameter: `%s` and `%(name)s` anywhere for psycopg, `?` and `:name` outside of quotes and
/// comments for SQLite.
fn driver_parameter(
    dialect: Dialect,
    text: &str,
    from: usize,
) -> Result<Option<Parameter<'_>>, CompileError> {
    match dialect {
        Dialect::Postgresql => percent_parameter(text, from),
        Dialect::Sqlite => sqlite_parameter(text, from),
    }
}

fn percent_parameter(text: &str, from: usize) -> Result<Option<Parameter<'_>>, CompileError> {
    let Some(start) = text.get(from..).and_then(|rest| rest.find('%')).map(|at| from + at) else {
        return Ok(None);
    };
    let rest = &text[start + 1..];
    if rest.starts_with(['s', '%']) {
        return Ok(Some(Parameter { start, end: start + 2, name: None }));
    }
    let name = rest.strip_prefix('(').and_then(|rest| rest.split_once(")s")).map(|(name, _)| name);
    match name {
        Some(name) => Ok(Some(Parameter { start, end: start + name.len() + 4, name: Some(name) })),
        None => Err(CompileError::new("a text has a `%` that its driver does not take", None)),
    }
}

fn sqlite_parameter(text: &str, from: usize) -> Result<Option<Parameter<'_>>, CompileError> {
    let mut at = from;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = &text[at..];
        let skipped = match c {
            '\'' | '"' | '`' => closing(rest, 1, &c.to_string()),
            '[' => closing(rest, 1, "]"),
            '-' if rest.starts_with("--") => closing(rest, 2, "\n"),
            '/' if rest.starts_with("/*") => closing(rest, 2, "*/"),
            '?' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                return Err(CompileError::new("numbered parameters of a text are not modelled", None));
            }
            '?' => return Ok(Some(Parameter { start: at, end: at + 1, name: None })),
            ':' | '@' | '$' => {
                let word = &rest[1..];
                let length = word.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(word.len());
                if length > 0 {
                    return Ok(Some(Parameter {
                        start: at,
                        end: at + 1 + length,
                        name: Some(&word[..length]),
                    }));
                }
                1
            }
            c if c.is_alphanumeric() || c == '_' => {
                // `$` may be part of a name.
                rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        at += skipped;
    }
    Ok(None)
}

/// Returns how far a quoted part or comment reaches.
fn closing(rest: &str, from: usize, end: &str) -> usize {
    rest.get(from..).and_then(|inner| inner.find(end)).map_or(rest.len(), |at| from + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_parameters_that_sqlalchemy_sees() {
        let mut names = Vec::new();
        let text = r"SELECT :a, '{\:b}', x::int, ':c', a:b, :long:";
        let filled = filled_text(text, &mut |name| {
            names.push(name.to_owned());
            Ok("1".to_owned())
        });
        assert_eq!(names, ["a", "c", "lon"]);
        assert_eq!(filled.unwrap(), "SELECT 1, '{:b}', x::int, '1', a:b, 1g:");
    }

    #[test]
    fn a_driver_of_sqlite_leaves_quotes_and_comments_alone() {
        let text = "SELECT '?', \"?\", -- ?\n/* ? */ [?], ?";
        let found = sqlite_parameter(text, 0).unwrap().unwrap();
        assert_eq!(found.start, text.len() - 1);
    }

    #[test]
    fn psycopg_takes_no_other_percent_sign() {
        assert!(percent_parameter("LIKE 'a%'", 0).is_err());
        assert_eq!(percent_parameter("a %(name)s", 0).unwrap().unwrap().name, Some("name"));
    }
}
