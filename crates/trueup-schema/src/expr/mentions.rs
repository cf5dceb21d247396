//! Which columns an expression mentions, and what changes when one is renamed.

use super::lexer::{Kind, Token, tokens};
use super::parser;
use super::tree::Expr;
use crate::Dialect;

/// Returns the columns that an expression mentions, each once, in order of appearance.
pub(super) fn columns(dialect: Dialect, text: &str) -> Vec<String> {
    let all = tokens(dialect, text);
    let mut found = Vec::new();
    match parser::parse(dialect, text, &all) {
        Some(expr) => collect(dialect, &expr, &mut found),
        None => collect_tokens(dialect, &all, &mut found),
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|name| seen.insert(name.clone()));
    found
}

/// Returns the columns that an expression mentions when all of it was understood.
pub(super) fn known_columns(dialect: Dialect, text: &str) -> Option<Vec<String>> {
    let expr = parser::parse(dialect, text, &tokens(dialect, text))?;
    let mut found = Vec::new();
    understood(&expr).then(|| collect(dialect, &expr, &mut found))?;
    Some(found)
}

fn understood(expr: &Expr) -> bool {
    match expr {
        Expr::Tokens(_) | Expr::Field(..) => return false,
        // These have words of their own between the parentheses.
        Expr::Call { name, .. } if matches!(name.as_str(), "extract" | "overlay" | "position" | "trim") => {
            return false;
        }
        _ => {}
    }
    let mut all = true;
    expr.children(&mut |child| all &= understood(child));
    all
}

fn collect(dialect: Dialect, expr: &Expr, found: &mut Vec<String>) {
    match expr {
        Expr::Column(name) => found.push(name.clone()),
        Expr::Field(row, name) if matches!(&**row, Expr::Column(row) if row == "old" || row == "new") => {
            found.push(name.clone());
        }
        Expr::Tokens(text) => collect_tokens(dialect, &tokens(dialect, text), found),
        other => other.children(&mut |child| collect(dialect, child, found)),
    }
}

/// Takes every word that can be a column: no keyword, no function, no qualifier.
fn collect_tokens(dialect: Dialect, all: &[Token<'_>], found: &mut Vec<String>) {
    for (position, token) in all.iter().enumerate() {
        let keyword = token.kind == Kind::Word && super::is_quoted_keyword(&token.text);
        if is_mention(all, position) && !keyword {
            found.push(if dialect == Dialect::Sqlite {
                token.text.to_lowercase()
            } else {
                token.text.to_string()
            });
        }
    }
}

/// Tells whether a token can name a column: not a function, a qualifier, or a type behind `::`.
fn is_mention(all: &[Token<'_>], position: usize) -> bool {
    let next = all.get(position + 1);
    let before = position.checked_sub(1).and_then(|before| all.get(before));
    matches!(all[position].kind, Kind::Word | Kind::Quoted)
        && !next.is_some_and(|next| next.is_symbol("(") || next.is_symbol("."))
        && !before.is_some_and(|before| before.is_symbol("::"))
}

/// Returns the text with a column renamed.
pub(super) fn renamed(dialect: Dialect, text: &str, old: &str, new: &str) -> String {
    replaced(dialect, text, old, new, &is_mention)
}

/// Returns the text with a table renamed where it qualifies a column.
pub(super) fn requalified(dialect: Dialect, text: &str, old: &str, new: &str) -> String {
    replaced(dialect, text, old, new, &|all, position| {
        matches!(all[position].kind, Kind::Word | Kind::Quoted)
            && all.get(position + 1).is_some_and(|next| next.is_symbol("."))
    })
}

fn replaced(
    dialect: Dialect,
    text: &str,
    old: &str,
    new: &str,
    applies: &dyn Fn(&[Token<'_>], usize) -> bool,
) -> String {
    let all = tokens(dialect, text);
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (position, token) in all.iter().enumerate() {
        let same = match dialect {
            Dialect::Postgresql => token.text == old,
            Dialect::Sqlite => token.text.eq_ignore_ascii_case(old),
        };
        if same && applies(&all, position) {
            out.push_str(&text[copied..token.start]);
            out.push_str(&super::identifier(new));
            copied = token.end;
        }
    }
    out.push_str(&text[copied..]);
    out
}

/// Returns the name that PostgreSQL gives to an index column over an expression.
///
/// Source: `FigureIndexColname`: the function's, the cast column's, `case`, `coalesce` …; the type of a cast where
/// what is cast has no name; `expr` where nothing has one.
pub(super) fn index_column_name(text: &str) -> String {
    let all = tokens(Dialect::Postgresql, text);
    let found = figure(&all, 0);
    found.map_or_else(|| "expr".to_owned(), |(name, _)| name)
}

/// Removes parentheses that enclose everything.
fn unwrapped<'a, 'text>(mut all: &'a [Token<'text>]) -> &'a [Token<'text>] {
    // More parentheses than these nobody writes, and each costs a look at the whole.
    for _ in 0..50 {
        if all.len() < 2 || !all[0].is_symbol("(") || closing(all, 0) != Some(all.len() - 1) {
            break;
        }
        all = &all[1..all.len() - 1];
    }
    all
}

/// Returns the place of the mark that closes the one at a place.
fn closing(all: &[Token<'_>], open: usize) -> Option<usize> {
    let mut nested = 0_usize;
    for (position, token) in all.iter().enumerate().skip(open) {
        if token.is_symbol("(") || token.is_symbol("[") {
            nested += 1;
        } else if token.is_symbol(")") || token.is_symbol("]") {
            nested = nested.checked_sub(1)?;
            if nested == 0 {
                return Some(position);
            }
        }
    }
    None
}

/// Returns the name, and whether it is better than the name of a type around it.
fn figure(all: &[Token<'_>], depth: usize) -> Option<(String, bool)> {
    let all = unwrapped(all);
    let first = all.first()?;
    if depth > 50 {
        return None;
    }
    // A cast, subscript or COLLATE behind everything else.
    let mut level = 0_i32;
    let mut last_operator = None;
    for (position, token) in all.iter().enumerate() {
        match token.text.as_ref() {
            "(" | "[" if token.kind == Kind::Punctuation => level += 1,
            ")" | "]" if token.kind == Kind::Punctuation => level -= 1,
            "case" if token.kind == Kind::Word => level += 1,
            "end" if token.kind == Kind::Word => level -= 1,
            "::" if level == 0 && token.kind == Kind::Operator => last_operator = Some(position),
            "collate" if level == 0 && token.kind == Kind::Word => last_operator = Some(position),
            // AT TIME ZONE is a call of `timezone`.
            "at" if level == 0 && all.get(position + 1).is_some_and(|next| next.is_word("time")) => {
                return Some(("timezone".to_owned(), true));
            }
            "is" | "and" | "or" | "not" | "in" | "like" | "ilike" | "between"
                if level == 0 && token.kind == Kind::Word =>
            {
                return None;
            }
            _ if level == 0 && token.kind == Kind::Operator => return None,
            _ => {}
        }
    }
    if let Some(position) = last_operator {
        let inner = figure(&all[..position], depth + 1);
        if all[position].is_word("collate") || inner.as_ref().is_some_and(|(_, strong)| *strong) {
            return inner;
        }
        let name = all.get(position + 1).map(|token| token.text.as_ref().to_owned())?;
        return Some((catalog_name(&name).to_owned(), false));
    }
    let next = all.get(1);
    let text = first.text.as_ref();
    match (first.kind, text) {
        (Kind::Word, "case") => {
            let otherwise = all.iter().rposition(|token| token.is_word("else"));
            let inner = otherwise.and_then(|at| figure(all.get(at + 1..all.len() - 1)?, depth + 1));
            Some(inner.filter(|(_, strong)| *strong).unwrap_or_else(|| ("case".to_owned(), false)))
        }
        (Kind::Word, "cast") => {
            let at = all.iter().rposition(|token| token.is_word("as"))?;
            let inner = figure(all.get(2..at)?, depth + 1);
            if inner.as_ref().is_some_and(|(_, strong)| *strong) {
                return inner;
            }
            Some((catalog_name(&all.get(at + 1)?.text).to_owned(), false))
        }
        (Kind::Word, "row") => Some(("row".to_owned(), true)),
        (Kind::Word, "array") => Some(("array".to_owned(), true)),
        (Kind::Word, "trim") => Some(("btrim".to_owned(), true)),
        (Kind::Word | Kind::Quoted, _) => {
            // The last name of a qualified one; a subscript does not matter.
            let mut at = 0;
            while all.get(at + 1).is_some_and(|token| token.is_symbol(".")) && all.get(at + 2).is_some() {
                at += 2;
            }
            Some((all[at].text.as_ref().to_owned(), true))
        }
        _ => next.and(None),
    }
}

/// Returns the catalog's name of a type, which is what an index column is called after.
fn catalog_name(name: &str) -> &str {
    match name {
        "int" | "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "real" => "float4",
        "double" | "float" => "float8",
        "boolean" => "bool",
        "decimal" | "dec" => "numeric",
        "character" | "char" => "bpchar",
        other => other,
    }
}
