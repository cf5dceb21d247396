//! Columns in expressions: which ones are mentioned, and putting others in their place.
//!
//! An expression of a CHECK, a generated column or an index sees the columns of its own table only, so every name in
//! it that is no function, collation or type is one of them. Strings in single quotes are none.

use trueup_schema::Dialect;
use trueup_schema::name::quote_identifier;

use crate::lex::{Kind, Lexer, Token, identifier};

/// Tells whether an expression mentions a column.
pub(super) fn mentions(text: &str, column: &str) -> bool {
    let tokens = Lexer::all(Dialect::Sqlite, text).0;
    (0..tokens.len())
        .any(|at| mention(text, &tokens, at).is_some_and(|name| name.eq_ignore_ascii_case(column)))
}

/// Returns the columns of a list that an expression mentions.
pub(super) fn mentioned<'a>(text: &str, columns: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    columns.filter(|column| mentions(text, column)).collect()
}

/// Returns an expression with columns in the place of others, all at once.
pub(super) fn substituted(text: &str, names: &[(String, String)]) -> String {
    rewritten(text, |tokens, at| {
        let name = mention(text, tokens, at)?;
        let (_, new) = names.iter().find(|(old, _)| old.eq_ignore_ascii_case(&name))?;
        Some((1, quote_identifier(new)))
    })
}

/// Returns an expression without the table's name before its columns: `t.a > 0` is `a > 0`.
pub(super) fn unqualified(text: &str, table: &str) -> String {
    rewritten(text, |tokens, at| {
        let name = name_at(text, tokens, at)?;
        let is_dot = tokens.get(at + 1).is_some_and(|next| spelled(text, *next) == ".");
        (is_dot && name.eq_ignore_ascii_case(table)).then(|| (2, String::new()))
    })
}

/// Replaces tokens: for a place, how many of them and by what.
fn rewritten(text: &str, replace: impl Fn(&[Token], usize) -> Option<(usize, String)>) -> String {
    let tokens = Lexer::all(Dialect::Sqlite, text).0;
    let (mut out, mut copied) = (String::with_capacity(text.len()), 0);
    for at in 0..tokens.len() {
        let Some((count, new)) = replace(&tokens, at) else { continue };
        out.push_str(&text[copied..tokens[at].start]);
        out.push_str(&new);
        copied = tokens[at + count - 1].end;
    }
    out.push_str(&text[copied..]);
    out
}

/// Returns the column that a token mentions.
fn mention(text: &str, tokens: &[Token], at: usize) -> Option<String> {
    let name = name_at(text, tokens, at)?;
    let next = tokens.get(at + 1).map_or("", |token| spelled(text, *token));
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let before = before.filter(|token| token.kind == Kind::Word).map_or("", |token| spelled(text, *token));
    let is_other =
        next == "(" || next == "." || ["COLLATE", "AS"].iter().any(|word| before.eq_ignore_ascii_case(word));
    (!is_other).then_some(name)
}

fn name_at(text: &str, tokens: &[Token], at: usize) -> Option<String> {
    let token = tokens.get(at).filter(|token| matches!(token.kind, Kind::Word | Kind::Quoted))?;
    identifier(Dialect::Sqlite, *token, text)
}

fn spelled(text: &str, token: Token) -> &str {
    &text[token.start..token.end]
}
