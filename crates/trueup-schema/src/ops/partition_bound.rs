//! The bounds of partitions in normal form.
//!
//! `FOR VALUES FROM ('2024-01-01')` on a timestamp comes back as `('2024-01-01 00:00:00')`, and `MODULUS` in lower case:
//! values are brought to the form that the type of their key column gives them.

use crate::expr::lexer::{self, Token};
use crate::{ColumnType, Dialect, IndexKey, SqlExpr, Table};

impl Table {
    /// Returns the bound of a partition of this table in normal form; a bound that cannot be read stays as it is.
    pub fn canonical_bound(&self, dialect: Dialect, bound: &str) -> String {
        let tokens = lexer::tokens(dialect, bound);
        self.bound(dialect, bound, &tokens).unwrap_or_else(|| bound.to_owned())
    }

    fn bound(&self, dialect: Dialect, text: &str, tokens: &[Token<'_>]) -> Option<String> {
        let word = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is_word(word));
        if tokens.len() == 1 && word(0, "default") {
            return Some("DEFAULT".to_owned());
        }
        if !word(0, "for") || !word(1, "values") {
            return None;
        }
        let (first, rest) = parenthesised(tokens.get(3..)?)?;
        let shown = |list: &[&[Token<'_>]], key: &dyn Fn(usize) -> Option<ColumnType>| {
            let value = |(at, value): (usize, &&[Token<'_>])| shown(dialect, text, value, key(at).as_ref());
            list.iter().enumerate().map(value).collect::<Option<Vec<_>>>()
        };
        let key = |at: usize| self.partition_key_type(at);
        if word(2, "in") && rest.is_empty() {
            let mut values = shown(&first, &|_| key(0))?;
            values.sort();
            return Some(format!("FOR VALUES IN ({})", values.join(", ")));
        }
        if word(2, "with") && rest.is_empty() {
            let words = |part: &&[Token<'_>]| {
                part.iter().map(|token| token.text.to_ascii_lowercase()).collect::<Vec<_>>().join(" ")
            };
            let parts: Vec<String> = first.iter().map(words).collect();
            return Some(format!("FOR VALUES WITH ({})", parts.join(", ")));
        }
        let [to, rest @ ..] = rest else { return None };
        let (second, rest) = parenthesised(rest)?;
        if !word(2, "from") || !to.is_word("to") || !rest.is_empty() {
            return None;
        }
        let (from, to) = (shown(&first, &key)?, shown(&second, &key)?);
        Some(format!("FOR VALUES FROM ({}) TO ({})", from.join(", "), to.join(", ")))
    }

    /// Returns the type of a key column by which a table is partitioned; `None` for expressions.
    fn partition_key_type(&self, at: usize) -> Option<ColumnType> {
        match &self.partitioning.as_ref()?.parts.get(at)?.key {
            IndexKey::Column(name) => self.column(name).map(|column| column.column_type.clone()),
            IndexKey::Expression(_) => None,
        }
    }
}

/// One value as SQL in normal form.
fn shown(dialect: Dialect, text: &str, tokens: &[Token<'_>], key: Option<&ColumnType>) -> Option<String> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    if let ([token], true) = (tokens, first.is_word("minvalue") || first.is_word("maxvalue")) {
        return Some(token.text.to_ascii_uppercase());
    }
    let source = text.get(first.start..last.end)?;
    Some(match key {
        Some(key) => SqlExpr::default_value(dialect, source, key).canonical().to_owned(),
        None => SqlExpr::new(dialect, source).canonical().to_owned(),
    })
}

/// The parts between commas of a pair of parentheses.
type Parts<'a, 'text> = Vec<&'a [Token<'text>]>;

/// Returns the parts of the pair that the tokens begin with, and what follows it.
fn parenthesised<'a, 'text>(tokens: &'a [Token<'text>]) -> Option<(Parts<'a, 'text>, &'a [Token<'text>])> {
    let (mut nested, mut start, mut parts) = (0_usize, 1, Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") || token.is_symbol("[") {
            nested += 1;
        } else if token.is_symbol(")") || token.is_symbol("]") {
            nested = nested.checked_sub(1)?;
            if nested == 0 {
                parts.push(&tokens[start..at]);
                return Some((parts, &tokens[at + 1..]));
            }
        } else if nested == 0 {
            return None;
        } else if nested == 1 && token.is_symbol(",") {
            parts.push(&tokens[start..at]);
            start = at + 1;
        }
    }
    None
}
