//! The normal form of whole statements: views, functions, triggers; by tokens where nothing better is known.
//!
//! White space, comments, keyword case, needless quotes, `OR REPLACE`, `IF NOT EXISTS`, the default namespace and a
//! trailing semicolon mean nothing. Triggers are read further, because `pg_get_triggerdef()` prints them in an order
//! of its own.

use std::borrow::Cow;

use super::lexer::{Kind, Token, tokens};
use super::tree::quoted_string;
use super::{parser, query, routine};
use crate::Dialect;

/// Returns the canonical text of a statement or definition.
///
/// Read twice: where the first reading only found tokens, their text without needless quotes may be understood after
/// all, and canonical text must be a fixed point.
pub(super) fn canonical_tokens(dialect: Dialect, text: &str) -> String {
    canonical_once(dialect, &canonical_once(dialect, text))
}

fn canonical_once(dialect: Dialect, text: &str) -> String {
    let mut all = without_namespace(dialect, tokens(dialect, text));
    while all.last().is_some_and(|token| token.is_symbol(";")) {
        all.pop();
    }
    let all = without_creation_options(all);
    match dialect {
        Dialect::Postgresql => trigger(text, &all)
            .or_else(|| routine::canonical(text, &all))
            .or_else(|| query::canonical(dialect, text, &all))
            .unwrap_or_else(|| joined(dialect, &all)),
        Dialect::Sqlite => joined(dialect, &without_each_row(all)),
    }
}

/// Returns tokens as text that reads back as the same tokens.
pub(super) fn joined(dialect: Dialect, tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    for (position, token) in tokens.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|position| tokens.get(position));
        if before.is_some_and(|before| spaced(before, token, tokens.get(position + 1), position, tokens)) {
            out.push(' ');
        }
        out.push_str(&shown(dialect, token));
    }
    out
}

pub(super) fn is_name(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Word | Kind::Quoted)
}

/// Tells whether a space stands between two tokens.
fn spaced(
    before: &Token<'_>,
    token: &Token<'_>,
    after: Option<&Token<'_>>,
    position: usize,
    tokens: &[Token<'_>],
) -> bool {
    if token.is_symbol(".") {
        return !(is_name(before) && after.is_some_and(is_name));
    }
    if before.is_symbol(".") {
        let qualifier = position.checked_sub(2).and_then(|position| tokens.get(position));
        return !(is_name(token) && qualifier.is_some_and(is_name));
    }
    !(before.is_symbol("(") || matches!(token.text.as_ref(), ")" | ",") && token.kind == Kind::Punctuation)
}

fn shown<'a>(dialect: Dialect, token: &'a Token<'_>) -> Cow<'a, str> {
    match token.kind {
        Kind::Quoted if dialect == Dialect::Sqlite => {
            let folded = token.text.to_lowercase();
            super::identifier(&folded).into_owned().into()
        }
        Kind::Quoted => super::identifier(&token.text),
        Kind::String => quoted_string(&token.text).into(),
        Kind::Bits => match token.text.split_once(':') {
            Some((prefix, digits)) => format!("{prefix}'{digits}'").into(),
            None => token.text.as_ref().into(),
        },
        Kind::Operator => super::normal::operator_name(&token.text).into(),
        _ => token.text.as_ref().into(),
    }
}

/// Removes `public.` and `pg_catalog.` before a name.
fn without_namespace<'a>(dialect: Dialect, all: Vec<Token<'a>>) -> Vec<Token<'a>> {
    let default = dialect.default_namespace();
    let mut kept: Vec<Token<'a>> = Vec::with_capacity(all.len());
    for token in all {
        // Seen from the name behind the dot, so that a doubled namespace goes as a whole.
        while is_name(&token)
            && let [.., namespace, dot] = kept.as_slice()
            && dot.is_symbol(".")
            && is_name(namespace)
            && (namespace.text == default || namespace.text == "pg_catalog")
            && !kept.len().checked_sub(3).is_some_and(|before| kept[before].is_symbol("."))
        {
            kept.truncate(kept.len() - 2);
        }
        kept.push(token);
    }
    kept
}

/// Removes `OR REPLACE` and `IF NOT EXISTS` of a CREATE statement.
fn without_creation_options(mut all: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let is = |all: &[Token<'_>], at: usize, word: &str| all.get(at).is_some_and(|token| token.is_word(word));
    if !is(&all, 0, "create") {
        return all;
    }
    if is(&all, 1, "or") && is(&all, 2, "replace") {
        all.drain(1..3);
    }
    for at in 2..5 {
        if is(&all, at, "if") && is(&all, at + 1, "not") && is(&all, at + 2, "exists") {
            all.drain(at..at + 3);
            break;
        }
    }
    all
}

/// Removes `FOR EACH ROW`, the only kind of trigger that SQLite has.
fn without_each_row(mut all: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let body = all.iter().position(|token| token.is_word("begin")).unwrap_or(0);
    let found = (0..body.saturating_sub(2))
        .find(|at| all[*at].is_word("for") && all[at + 1].is_word("each") && all[at + 2].is_word("row"));
    if let Some(at) = found {
        all.drain(at..at + 3);
    }
    all
}

/// Returns the canonical text of `CREATE [CONSTRAINT] TRIGGER …`, `None` for anything else.
///
/// Parts that the server orders or defaults: events, `FOR EACH STATEMENT`, `EXECUTE FUNCTION`, arguments as strings.
fn trigger(source: &str, all: &[Token<'_>]) -> Option<String> {
    const EVENTS: [&str; 4] = ["insert", "delete", "update", "truncate"];
    let word = |at: usize, word: &str| all.get(at).is_some_and(|token| token.is_word(word));
    let constraint = usize::from(word(1, "constraint"));
    if !word(0, "create") || !word(1 + constraint, "trigger") {
        return None;
    }
    let find = |from: usize, wanted: &str| (from..all.len()).find(|at| all[*at].is_word(wanted));
    let first_event = (0..all.len()).find(|at| EVENTS.iter().any(|event| word(*at, event)))?;
    let table = find(first_event, "on")?;
    let execute = find(table, "execute")?;
    let (condition, middle_end) = match find(table, "when").filter(|at| *at < execute) {
        Some(when) => (Some(&all[when + 1..execute]), when),
        None => (None, execute),
    };

    let mut events: Vec<&[Token<'_>]> = all[first_event..table].split(|token| token.is_word("or")).collect();
    events.sort_by_key(|event| EVENTS.iter().position(|name| event.first().is_some_and(|t| t.is_word(name))));
    let events: Vec<String> = events.into_iter().map(|event| joined(Dialect::Postgresql, event)).collect();

    let mut middle: Vec<Token<'_>> = all[table..middle_end].to_vec();
    let for_each = middle.iter().position(|token| token.is_word("for"));
    let row = for_each.is_some_and(|at| middle[at..].iter().any(|token| token.is_word("row")));
    if let Some(at) = for_each {
        let end = at + if middle.get(at + 1).is_some_and(|token| token.is_word("each")) { 3 } else { 2 };
        middle.drain(at..end.min(middle.len()));
    }
    let mut out = joined(Dialect::Postgresql, &all[..first_event]);
    out.push_str(&format!(" {} {}", events.join(" or "), joined(Dialect::Postgresql, &middle)));
    out.push_str(if row { " for each row" } else { " for each statement" });
    if let Some(condition) = condition {
        let text = match parser::parse(Dialect::Postgresql, source, condition) {
            Some(expr) => format!("({expr})"),
            None => joined(Dialect::Postgresql, condition),
        };
        out.push_str(&format!(" when {text}"));
    }
    let call = all.get(execute + 2..)?;
    let open = call.iter().position(|token| token.is_symbol("(")).unwrap_or(call.len());
    out.push_str(&format!(" execute function {}(", joined(Dialect::Postgresql, &call[..open])));
    let arguments: Vec<String> = call
        .get(open + 1..)
        .unwrap_or_default()
        .iter()
        .filter(|token| !matches!(token.text.as_ref(), "," | ")") || token.kind == Kind::String)
        .map(|token| quoted_string(&token.text))
        .collect();
    out.push_str(&format!("{})", arguments.join(", ")));
    Some(out)
}
