//! The normal form of simple queries, such as most views have: one SELECT from one table.
//!
//! `pg_get_viewdef()` qualifies every column, adds the alias that a column has anyhow, and parenthesises conditions.
//! With one table, qualifiers say nothing. Joins, unions and WITH stay tokens: which table a bare column belongs to
//! is not known here.

use super::definition::{is_name, joined};
use super::lexer::{Kind, Token};
use super::{mentions, parser};
use crate::Dialect;

/// Clauses behind the select list, in the order SQL has them.
const CLAUSES: [&str; 7] = ["from", "where", "group", "having", "order", "limit", "offset"];

/// Words that make a query more than this module reads.
const BEYOND: [&str; 7] = ["union", "intersect", "except", "window", "fetch", "for", "into"];

/// Returns the canonical text of a simple query, `None` for any other.
pub(super) fn canonical(dialect: Dialect, source: &str, all: &[Token<'_>]) -> Option<String> {
    let [select, rest @ ..] = all else { return None };
    if !select.is_word("select") {
        return None;
    }
    let (distinct, rest) = match rest {
        [distinct, on, ..] if distinct.is_word("distinct") && on.is_word("on") => return None,
        [distinct, rest @ ..] if distinct.is_word("distinct") => (" distinct", rest),
        rest => ("", rest),
    };
    let clauses = clauses(rest)?;
    let [(_, list), behind @ ..] = clauses.as_slice() else { return None };
    let reader = Reader { dialect, source };
    let mut out = format!("select{distinct} {}", reader.list(list, &Reader::selected)?);
    for (word, part) in behind {
        let text = match *word {
            "from" => reader.table(part)?,
            "group" | "order" => reader.list(after_word(part, "by")?, &Reader::sorted)?,
            _ => reader.expression(part),
        };
        let by = if matches!(*word, "group" | "order") { " by" } else { "" };
        out.push_str(&format!(" {word}{by} {text}"));
    }
    Some(out)
}

/// Splits a query at the words of its clauses; the select list comes first, under an empty word.
fn clauses<'a, 'text>(all: &'a [Token<'text>]) -> Option<Vec<(&'static str, &'a [Token<'text>])>> {
    let mut found: Vec<(&'static str, &[Token<'text>])> = Vec::new();
    let (mut nested, mut start, mut word) = (0_i32, 0, "");
    let mut next = 0;
    for (position, token) in all.iter().enumerate() {
        if token.is_symbol("(") || token.is_symbol("[") {
            nested += 1;
        } else if token.is_symbol(")") || token.is_symbol("]") {
            nested -= 1;
        } else if nested == 0 && token.kind == Kind::Word {
            if BEYOND.contains(&token.text.as_ref()) {
                return None;
            }
            let after_is = position > 0 && all[position - 1].is_word("distinct");
            let clause = CLAUSES.iter().position(|clause| token.text == *clause);
            if let Some(clause) = clause.filter(|_| !after_is) {
                if clause < next {
                    return None;
                }
                found.push((word, &all[start..position]));
                (start, word, next) = (position + 1, CLAUSES[clause], clause + 1);
            }
        }
    }
    found.push((word, &all[start..]));
    found.iter().all(|(_, part)| !part.is_empty()).then_some(found)
}

/// Returns what follows a leading word.
fn after_word<'a, 'text>(all: &'a [Token<'text>], word: &str) -> Option<&'a [Token<'text>]> {
    all.split_first().filter(|(first, _)| first.is_word(word)).map(|(_, rest)| rest)
}

struct Reader<'text> {
    dialect: Dialect,
    source: &'text str,
}

impl Reader<'_> {
    /// Returns an expression in normal form, or its tokens.
    fn expression(&self, part: &[Token<'_>]) -> String {
        self.parsed(part).unwrap_or_else(|| joined(self.dialect, part))
    }

    fn parsed(&self, part: &[Token<'_>]) -> Option<String> {
        parser::parse(self.dialect, self.source, part).map(|expr| expr.to_string())
    }

    /// Reads the parts between commas.
    fn list(
        &self,
        all: &[Token<'_>],
        read: &dyn Fn(&Self, &[Token<'_>]) -> Option<String>,
    ) -> Option<String> {
        let mut parts = Vec::new();
        let (mut nested, mut start) = (0_i32, 0);
        for (position, token) in all.iter().enumerate() {
            if token.is_symbol("(") || token.is_symbol("[") {
                nested += 1;
            } else if token.is_symbol(")") || token.is_symbol("]") {
                nested -= 1;
            } else if token.is_symbol(",") && nested == 0 {
                parts.push(read(self, &all[start..position])?);
                start = position + 1;
            }
        }
        parts.push(read(self, &all[start..])?);
        Some(parts.join(", "))
    }

    /// `expression [AS alias]`; an alias that the expression has anyhow is left out.
    fn selected(&self, part: &[Token<'_>]) -> Option<String> {
        let (value, alias) = match part {
            [value @ .., word, alias] if word.is_word("as") && is_name(alias) => (value, Some(alias)),
            [value @ .., alias] if !value.is_empty() && is_name(alias) && self.parsed(part).is_none() => {
                (value, Some(alias))
            }
            value => (value, None),
        };
        let text = self.parsed(value)?;
        let own = mentions::index_column_name(&joined(Dialect::Postgresql, value));
        Some(match alias {
            Some(alias) if alias.text != own => format!("{text} as {}", super::identifier(&alias.text)),
            _ => text,
        })
    }

    /// `expression [ASC | DESC] [NULLS FIRST | LAST]`.
    fn sorted(&self, part: &[Token<'_>]) -> Option<String> {
        let (part, nulls) = match part {
            [rest @ .., word, place] if word.is_word("nulls") => (rest, format!(" nulls {}", place.text)),
            rest => (rest, String::new()),
        };
        let (part, direction) = match part {
            [rest @ .., word] if word.is_word("asc") => (rest, ""),
            [rest @ .., word] if word.is_word("desc") => (rest, " desc"),
            rest => (rest, ""),
        };
        self.parsed(part).map(|text| format!("{text}{direction}{nulls}"))
    }

    /// One table; its alias means nothing where there is no other.
    fn table(&self, part: &[Token<'_>]) -> Option<String> {
        let end = if part.get(1).is_some_and(|dot| dot.is_symbol(".")) { 3 } else { 1 };
        let (name, rest) = part.split_at_checked(end)?;
        let alias = match rest {
            [] => true,
            [alias] => is_name(alias),
            [word, alias] => word.is_word("as") && is_name(alias),
            _ => false,
        };
        (alias && name.first().is_some_and(is_name)).then(|| joined(self.dialect, name))
    }
}
