//! A small evaluator for queries whose answer the simulated schema tells.
//!
//! Two sorts of query are answered: those on the catalogs (`information_schema`, `pg_catalog`, `sqlite_master`,
//! `PRAGMA`), which are tables made from the schema, and those on a table that provably has no rows. Anything else,
//! down to a single column or function that is not modelled, makes the answer unknown.

mod catalog;
mod evaluate;
mod parse;
mod text;

use trueup_python::Value;
use trueup_schema::{Dialect, ObjectName};

use crate::replay::SimState;

pub(super) use text::bind_parameters;

/// The answer to a query.
pub(super) enum Answer {
    /// The rows, with the names of their columns.
    Rows { keys: Vec<String>, rows: Vec<Vec<Value>> },
    /// Not known, with the reason.
    Unknown(String),
}

/// A value in a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Null,
    Bool(bool),
    Number(i128),
    Text(String),
    /// Something the schema does not tell.
    Unknown,
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn into_value(self) -> Option<Value> {
        Some(match self {
            Self::Null => Value::None,
            Self::Bool(value) => Value::Bool(value),
            Self::Number(value) => Value::Int(value),
            Self::Text(text) => Value::from(text),
            Self::Unknown => return None,
        })
    }
}

/// Answers a query.
pub(super) fn answer(state: &SimState, text: &str) -> Answer {
    if state.schema.dialect.is_sqlite()
        && let Some(answer) = catalog::pragma(&state.schema, text)
    {
        return answer;
    }
    let tokens = text::tokens(state.schema.dialect, text);
    // A query whose first table has no rows gives none, whatever else it says.
    let reads_nothing =
        || text::first_table(state.schema.dialect, &tokens).is_some_and(|table| state.is_empty_table(&table));
    let result = parse::query(&tokens).and_then(|query| evaluate::run(state, &query));
    match result {
        Ok(result) => {
            let mut rows = Vec::with_capacity(result.rows.len());
            for row in result.rows {
                match row.into_iter().map(Cell::into_value).collect::<Option<Vec<Value>>>() {
                    Some(row) => rows.push(row),
                    None => return unknown("a value in the result is not modelled"),
                }
            }
            Answer::Rows { keys: result.keys, rows }
        }
        Err(_) if reads_nothing() => Answer::Rows { keys: Vec::new(), rows: Vec::new() },
        Err(reason) => unknown(&reason),
    }
}

fn unknown(reason: &str) -> Answer {
    Answer::Unknown(format!("the result of a query is known only to the database ({reason})"))
}

/// Tells whether a text is one that returns rows.
pub(super) fn is_query(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches('(').trim_start();
    let word: String =
        text.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    match word.as_str() {
        "select" | "values" | "show" | "explain" => true,
        "pragma" => !text.contains('='),
        "with" => {
            let lower = text.to_ascii_lowercase();
            !["insert into", "update ", "delete from"].iter().any(|verb| lower.contains(verb))
        }
        _ => false,
    }
}

/// Tells whether a query certainly does nothing but read: it calls no function that might do more, and locks nothing.
pub(super) fn only_reads(dialect: Dialect, text: &str) -> bool {
    const HARMLESS: [&str; 24] = [
        "count", "max", "min", "sum", "avg", "coalesce", "nullif", "lower", "upper", "length", "exists",
        "in", "and", "or", "not", "as", "from", "values", "any", "select", "where", "on", "by", "union",
    ];
    let words = trueup_sql::words(dialect, text);
    let is = |word: &trueup_sql::Word<'_>, names: &[&str]| {
        names.iter().any(|name| word.text.eq_ignore_ascii_case(name))
    };
    let mut calls = words.windows(2).filter(|pair| pair[1].text == "(");
    let may_do_more = calls.any(|pair| {
        let is_name =
            pair[0].text.chars().next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '"'));
        is_name && !is(&pair[0], &HARMLESS)
    });
    let locks = words
        .iter()
        .any(|word| word.is_code && is(word, &["into", "for", "insert", "update", "delete", "explain"]));
    !may_do_more && !locks
}

/// Tells whether a statement has a `RETURNING` clause.
pub(super) fn returns_rows(text: &str) -> bool {
    text.to_ascii_lowercase().contains("returning")
}

/// A table that a statement inserts into, and the tables it reads from for that.
pub(super) struct InsertTarget {
    pub(super) table: ObjectName,
    pub(super) sources: Vec<ObjectName>,
}

/// Returns what the statements of a text insert into.
pub(super) fn insert_targets(dialect: Dialect, sql: &str) -> Vec<InsertTarget> {
    text::insert_targets(dialect, sql)
}

/// Returns the table of an UPDATE or DELETE if it provably has no rows.
pub(super) fn empty_target(state: &SimState, sql: &str) -> Option<ObjectName> {
    text::changed_table(state.schema.dialect, sql).filter(|table| state.is_empty_table(table))
}
