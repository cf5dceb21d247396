//! SQL inside of Python: texts that SQLAlchemy hands on as they are.

use trueup_schema::{Dialect, IndexKey, IndexPart, NullsOrder, SqlExpr};
use trueup_sql::written_name;

use super::python;

/// Returns SQL with every colon escaped that `sqlalchemy.text()` would take for the begin of a parameter.
///
/// Source: SQLAlchemy 2.0, `TextClause._bind_params_regex`: `(?<![:\w\x5c]):(\w+)(?!:)`.
pub(super) fn without_parameters(sql: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::with_capacity(sql.len());
    let mut before = None;
    for (at, c) in sql.char_indices() {
        let free = !before.is_some_and(|before: char| is_word(before) || matches!(before, ':' | '\\'));
        if c == ':' && free && sql[at + 1..].starts_with(is_word) {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// Returns `sa.text('…')`.
pub(super) fn text(sql: &str) -> String {
    format!("sa.text({})", python::string(&without_parameters(sql.trim())))
}

/// Returns a default as it stands behind `DEFAULT`; SQLite wants parentheses around all that is no literal.
pub(super) fn default_text(dialect: Dialect, default: &SqlExpr) -> String {
    let text = default.text().trim();
    if dialect.enforces_types() || is_literal(text) || encloses(text) {
        text.to_owned()
    } else {
        format!("({text})")
    }
}

fn is_literal(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let word =
        ["NULL", "TRUE", "FALSE", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"].contains(&&*upper);
    let number = text.trim_start_matches(['+', '-']).trim_start();
    let number = number.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && number.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-'))
        && (number.parse::<f64>().is_ok() || number.starts_with("0x"));
    word || number || is_string(text) || (upper.starts_with('X') && is_string(&text[1..]))
}

/// Tells whether a text is one string in quotes of either kind.
fn is_string(text: &str) -> bool {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '\'' | '"')) else { return false };
    let inner = text[1..].strip_suffix(quote);
    let doubled = format!("{quote}{quote}");
    inner.is_some_and(|inner| !inner.replace(&doubled, "").contains(quote))
}

/// Tells whether the first parenthesis is closed by the last character.
pub(super) fn encloses(text: &str) -> bool {
    if !text.starts_with('(') || !text.ends_with(')') {
        return false;
    }
    closes_at(text) == Some(text.len() - 1)
}

/// Returns where the first parenthesis of a text is closed.
fn closes_at(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Tells whether a text is the call of one function, which an index takes without parentheses.
fn is_call(text: &str) -> bool {
    let name = text.find('(').map(|open| &text[..open]);
    let plain = |name: &str| {
        !name.is_empty()
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    name.is_some_and(plain) && closes_at(text) == Some(text.len() - 1)
}

/// Returns a key part of an index: a column's name, or `sa.text()` of everything that is more.
pub(super) fn index_part(dialect: Dialect, part: &IndexPart) -> String {
    let plain = part.collation.is_none() && !part.descending && part.nulls.is_none();
    let mut sql = match &part.key {
        IndexKey::Column(column) if plain => return python::string(column),
        IndexKey::Column(column) => written_name(column),
        IndexKey::Expression(expr) => {
            let text = expr.text().trim();
            let bare = encloses(text) || is_call(text) || !dialect.enforces_types();
            if bare { text.to_owned() } else { format!("({text})") }
        }
    };
    if let Some(collation) = &part.collation {
        sql.push_str(&format!(" COLLATE {}", written_name(collation)));
    }
    if let Some(class) = &part.operator_class {
        sql.push_str(&format!(" {class}"));
    }
    if part.descending {
        sql.push_str(" DESC");
    }
    match part.nulls {
        Some(NullsOrder::First) => sql.push_str(" NULLS FIRST"),
        Some(NullsOrder::Last) => sql.push_str(" NULLS LAST"),
        None => {}
    }
    text(&sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colons_of_parameters_are_escaped_and_no_others() {
        for (sql, expected) in [
            ("a::text", "a::text"),
            ("'12:30'", "'12:30'"),
            ("x = ' :name'", "x = ' \\:name'"),
            ("'{\"a\": 1}'", "'{\"a\": 1}'"),
            ("'a':1", "'a'\\:1"),
        ] {
            assert_eq!(without_parameters(sql), expected);
        }
    }

    #[test]
    fn only_defaults_that_are_no_literal_need_parentheses() {
        for literal in ["1", "-1.5e3", "'a (b'", "x'00'", "NULL", "CURRENT_TIMESTAMP", "(1 + 1)", "'it''s'"] {
            assert_eq!(default_text(Dialect::Sqlite, &SqlExpr::new(Dialect::Sqlite, literal)), literal);
        }
        for expression in ["1 + 1", "'a' || 'b'", "(1) + (2)", "lower('A')"] {
            let written = default_text(Dialect::Sqlite, &SqlExpr::new(Dialect::Sqlite, expression));
            assert_eq!(written, format!("({expression})"));
        }
    }

    #[test]
    fn an_index_takes_a_call_without_parentheses_and_nothing_else() {
        assert!(is_call("lower(name)"));
        assert!(is_call("f(g(x), ')')"));
        assert!(!is_call("lower(a) || lower(b)"));
        assert!(!is_call("a || b"));
    }
}
