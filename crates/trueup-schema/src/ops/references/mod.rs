//! What a query or expression refers to: names resolved by scope, as PostgreSQL resolves them when it stores a view.
//!
//! `read` walks clauses (`query`) and expressions (`expression`) over tokens and writes down every table, column,
//! function and type with its place; `rewrite` makes a text follow a rename. Nothing is evaluated and no type is
//! known. A form that is not read sets `doubt`, and whoever asks then falls back on what the words alone tell.

mod expression;
mod query;
mod rewrite;
#[cfg(test)]
mod tests;

pub(crate) use rewrite::{freeze_stars, rename_column, rename_table};

use super::identifiers::{Token, tokens};
use crate::{ObjectName, Schema, Table};

/// Queries inside of each other that are read.
const MAX_DEPTH: usize = 60;

/// What a text refers to.
#[derive(Default)]
pub(crate) struct Uses {
    /// Tables and views in FROM, each time they are named.
    pub(crate) relations: Vec<RelationUse>,
    pub(crate) columns: Vec<ColumnUse>,
    /// A table's own name before a column or as a whole row.
    pub(crate) qualifiers: Vec<QualifierUse>,
    pub(crate) stars: Vec<Star>,
    /// Items of select lists without a label of their own, as ranges of tokens.
    pub(crate) unlabelled: Vec<(usize, usize)>,
    /// Columns of `USING (…)`: the token, and the relations that are joined by it.
    pub(crate) joined: Vec<(usize, Vec<usize>)>,
    /// `NATURAL JOIN`: the columns that two sides share join them without being named.
    pub(crate) natural: Vec<(String, Vec<usize>)>,
    /// Names of common table expressions.
    pub(crate) common: Vec<String>,
    /// Whether a part was not understood.
    pub(crate) doubt: bool,
}

/// A table or view where it is named as a source.
pub(crate) struct RelationUse {
    pub(crate) name: ObjectName,
    /// The tokens of its name, and the one behind its alias.
    first: usize,
    last: usize,
    behind: usize,
    /// Whether it has a name of its own for this query.
    aliased: bool,
    /// Names of columns as the query sees them, and as the table has them.
    shown: Vec<String>,
    own: Vec<String>,
}

/// A column of a table or view.
pub(crate) struct ColumnUse {
    /// Which of the relations it belongs to.
    relation: usize,
    pub(crate) column: String,
    /// The token that names it, unless the query gives it another name.
    token: Option<usize>,
}

/// A table's own name.
pub(crate) struct QualifierUse {
    relation: usize,
    first: usize,
    last: usize,
}

/// `*` or `a.*` in a select list.
pub(crate) struct Star {
    /// The tokens it is made of.
    first: usize,
    last: usize,
    /// What it stands for: qualifier and column; `None` where a source's columns are not known.
    columns: Option<Vec<(String, String)>>,
    relations: Vec<usize>,
    /// Whether a bare name would do.
    single: bool,
}

impl Uses {
    /// Tells whether a table or view is read.
    pub(crate) fn reads(&self, name: &ObjectName) -> bool {
        self.relations.iter().any(|relation| relation.name == *name)
    }

    /// Tells whether a column of a table or view is used.
    pub(crate) fn uses(&self, name: &ObjectName, column: &str) -> bool {
        let is = |relation: &usize| self.relations.get(*relation).is_some_and(|found| found.name == *name);
        self.columns.iter().any(|used| is(&used.relation) && used.column == column)
            || self.stars.iter().any(|star| star.relations.iter().any(is))
            || self.natural.iter().any(|(shared, relations)| shared == column && relations.iter().any(is))
    }
}

/// A source of a query as names see it.
#[derive(Clone)]
struct Source {
    alias: String,
    /// Names of its columns as the query sees them; `None` where they are not known.
    columns: Option<Vec<String>>,
    /// Which of the relations it is; `None` for subqueries, functions and the like.
    relation: Option<usize>,
    /// Columns that a bare `*` shows with another source already: those of `USING`.
    merged: Vec<String>,
}

/// The sources that names can refer to, innermost query first.
struct Scope<'a> {
    sources: Vec<Source>,
    outer: Option<&'a Scope<'a>>,
}

/// A common table expression and its columns.
type Common = (String, Option<Vec<String>>);

struct Reader<'a> {
    schema: &'a Schema,
    tokens: Vec<Token>,
    /// The place behind the bracket that closes the one at a place.
    closing: Vec<usize>,
    uses: Uses,
    depth: usize,
}

/// Reads a whole query, such as a view's.
pub(crate) fn of_query(schema: &Schema, text: &str) -> Uses {
    let mut reader = Reader::new(schema, text);
    let mut end = reader.tokens.len();
    while end > 0 && reader.tokens[end - 1].is_symbol(';') {
        end -= 1;
    }
    reader.query(0, end, None, &[]);
    reader.uses
}

/// Returns the names of the columns that a query shows, where they can be told.
pub(crate) fn columns_of_query(schema: &Schema, text: &str) -> Option<Vec<String>> {
    let mut reader = Reader::new(schema, text);
    let end = reader.tokens.iter().rposition(|token| !token.is_symbol(';')).map_or(0, |last| last + 1);
    let columns = reader.query(0, end, None, &[]);
    columns.filter(|_| !reader.uses.doubt)
}

/// Reads an expression on a table, such as a policy's: subqueries can name other tables.
pub(crate) fn of_expression(schema: &Schema, table: &Table, text: &str) -> Uses {
    let mut reader = Reader::new(schema, text);
    let end = reader.tokens.len();
    let columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    reader.uses.relations.push(RelationUse {
        name: table.name.clone(),
        first: end,
        last: end,
        behind: end,
        aliased: false,
        shown: columns.clone(),
        own: columns.clone(),
    });
    let alias = table.name.name.clone();
    let source = Source { alias, columns: Some(columns), relation: Some(0), merged: Vec::new() };
    reader.expression(0, end, &Scope { sources: vec![source], outer: None }, &[]);
    reader.uses
}

impl<'a> Reader<'a> {
    fn new(schema: &'a Schema, text: &str) -> Self {
        let tokens = tokens(schema.dialect, text);
        let mut closing: Vec<usize> = (1..=tokens.len()).collect();
        let mut open = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            if token.is_symbol('(') || token.is_symbol('[') {
                open.push(at);
            } else if (token.is_symbol(')') || token.is_symbol(']'))
                && let Some(start) = open.pop()
            {
                closing[start] = at + 1;
            }
        }
        let doubt = !open.is_empty();
        Self { schema, tokens, closing, uses: Uses { doubt, ..Uses::default() }, depth: 0 }
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_keyword(words))
    }

    fn symbol(&self, at: usize, symbol: char) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_symbol(symbol))
    }

    fn word(&self, at: usize) -> Option<&str> {
        self.tokens.get(at).and_then(Token::word)
    }

    fn same(&self, left: &str, right: &str) -> bool {
        if self.schema.dialect.is_sqlite() { left.eq_ignore_ascii_case(right) } else { left == right }
    }

    /// Returns the ranges between commas outside of brackets.
    fn list(&self, from: usize, to: usize) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let (mut start, mut at) = (from, from);
        while at < to {
            if self.symbol(at, ',') {
                found.push((start, at));
                start = at + 1;
            }
            at = self.closing[at];
        }
        if start < to {
            found.push((start, to));
        }
        found
    }

    /// Returns the first place outside of brackets where a test holds, or the end.
    fn find(&self, from: usize, to: usize, test: impl Fn(&Self, usize) -> bool) -> usize {
        let mut at = from;
        while at < to && !test(self, at) {
            at = self.closing[at];
        }
        at.min(to)
    }

    /// Tells whether a bracket holds a query.
    fn holds_query(&self, open: usize) -> bool {
        let mut at = open + 1;
        while self.symbol(at, '(') {
            at += 1;
        }
        self.symbol(open, '(') && self.is(at, &["select", "with", "values"])
    }
}
