//! Tells SQL in strings from prose, and finds the tables in it.

use trueup_schema::{Dialect, ObjectName, Span};
use trueup_sql::{UsedTable, Word};

use super::{FileTables, Use};

/// Whether a string is handed to a database, as far as its place tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is an argument of a call that runs SQL.
    Query,
    /// It may be anything; only keywords in capitals make it SQL.
    Anywhere,
    /// It is told to people: a message of a log or an error.
    Message,
}

/// Calls that tell something to people.
const MESSAGES: &[&str] = &[
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "exception",
    "critical",
    "print",
    "echo",
    "log",
    "Errorf",
    "Printf",
    "Println",
    "Print",
    "Fatal",
    "Fatalf",
    "Panic",
    "Debug",
    "Info",
    "Warn",
    "Error",
    "Infof",
    "Warnf",
    "Debugf",
    "Wrap",
    "Wrapf",
    "Logf",
    "Msg",
    "Msgf",
];

impl Place {
    /// Returns what the arguments of a call are; `queries` are the names of calls that take SQL.
    pub(super) fn in_call(name: &str, queries: &[&str]) -> Self {
        if queries.contains(&name) {
            Self::Query
        } else if MESSAGES.contains(&name) || name.ends_with("Error") || name.ends_with("Exception") {
            Self::Message
        } else {
            Self::Anywhere
        }
    }
}

/// How statements on rows begin, and a word that each must have.
const SHAPES: &[(&str, &[&str])] = &[
    ("SELECT", &["FROM"]),
    ("INSERT", &["INTO"]),
    ("UPDATE", &["SET"]),
    ("DELETE", &["FROM"]),
    ("MERGE", &["INTO"]),
    ("REPLACE", &["INTO"]),
    ("TRUNCATE", &[]),
    ("WITH", &["AS", "FROM"]),
];

/// Tables that one literal can name; each is looked up in its text.
const MAX_TABLES: usize = 200;

/// Adds what a string literal tells; `source` is the literal as it is written, at `span`.
pub(super) fn literal(
    dialect: Dialect,
    value: &str,
    (source, span): (&str, Span),
    place: Place,
    found: &mut FileTables,
) {
    // Longer than any statement that a person writes; it is data.
    if value.len() > 200_000 || place == Place::Message {
        return;
    }
    let words = trueup_sql::words(dialect, value);
    found.creates.extend(created(dialect, &words));
    if !is_statement(&words, place) {
        return;
    }
    for table in trueup_sql::used_tables(dialect, value).into_iter().take(MAX_TABLES) {
        let span = place_in(source, span, &table);
        let text = format!("{} {}", table.verb, table.name);
        found.uses.push(Use { name: table.name, span, text, model: None, alternatives: Vec::new() });
    }
}

fn is_statement(words: &[Word<'_>], place: Place) -> bool {
    let same = |word: &Word<'_>, expected: &str| {
        word.is_code
            && if place == Place::Query {
                word.text.eq_ignore_ascii_case(expected)
            } else {
                word.text == expected
            }
    };
    let Some((first, rest)) = words.split_first() else { return false };
    SHAPES.iter().any(|(begin, needed)| {
        same(first, begin) && needed.iter().all(|needed| rest.iter().any(|word| same(word, needed)))
    })
}

/// Returns the tables and views that a text creates.
fn created(dialect: Dialect, words: &[Word<'_>]) -> Vec<ObjectName> {
    let is = |at: usize, expected: &str| {
        words.get(at).is_some_and(|word: &Word<'_>| word.is_code && word.text.eq_ignore_ascii_case(expected))
    };
    let mut names = Vec::new();
    for at in (0..words.len()).filter(|at| is(*at, "CREATE")) {
        let kind = (at + 1..at + 5).find(|next| is(*next, "TABLE") || is(*next, "VIEW"));
        let Some(kind) = kind else { continue };
        let mut next = kind + 1;
        if is(next, "IF") && is(next + 1, "NOT") && is(next + 2, "EXISTS") {
            next += 3;
        }
        let Some(first) = words.get(next) else { continue };
        let (namespace, name) = match words.get(next + 2).filter(|_| is(next + 1, ".")) {
            Some(second) => (Some(bare(first)), bare(second)),
            None => (None, bare(first)),
        };
        names.push(ObjectName::qualified(dialect, namespace.as_deref(), name));
    }
    names
}

fn bare(word: &Word<'_>) -> String {
    if word.is_code {
        word.text.to_lowercase()
    } else {
        word.text.trim_matches(['"', '`', '[', ']']).to_owned()
    }
}

/// Returns where a name stands in the file: in the literal as written, which escapes make longer than its value.
fn place_in(source: &str, span: Span, table: &UsedTable) -> Span {
    let name = table.name.name.as_str();
    let lower = source.to_ascii_lowercase();
    let wanted = name.to_ascii_lowercase();
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = lower.as_bytes();
    let found = lower.match_indices(&wanted).map(|(at, _)| at).find(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !is_part(before) && !is_part(bytes.get(at + wanted.len()))
    });
    match found {
        Some(at) => Span::new(span.start + at as u32, span.start + (at + wanted.len()) as u32),
        None => span,
    }
}
