//! What a database says about a statement that it refused, in one shape for both databases.

use std::error::Error;
use std::fmt;

use postgres::error::ErrorPosition;
use rusqlite::ffi;

use crate::run::SessionInfo;

/// A statement that failed.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct StatementError {
    /// What kind of failure it is, as far as callers act on it.
    pub class: ErrorClass,
    /// SQLSTATE such as `23505`, or SQLite's name and extended number such as `SQLITE_CONSTRAINT (2067)`.
    pub code: Option<String>,
    /// The database's sentence.
    pub message: String,
    /// More about it, where the server says more.
    pub detail: Option<String>,
    /// What to do, where the server or we know it.
    pub hint: Option<String>,
    /// Where inside of functions or `DO` blocks it happened.
    pub context: Option<String>,
    /// Where in the text that was executed.
    pub place: Option<Place>,
    /// The table that it is about.
    pub table: Option<String>,
    /// The column that it is about.
    pub column: Option<String>,
    /// The constraint that was violated.
    pub constraint: Option<String>,
    /// Who held the lock that was waited for, as it was seen during the wait.
    pub blocked_by: Vec<SessionInfo>,
}

/// Kinds of failures that callers act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ErrorClass {
    /// A lock was not granted in time: 55P03, `SQLITE_BUSY`, `SQLITE_LOCKED`.
    LockNotAvailable,
    /// The server ended a circle of waiting sessions: 40P01.
    Deadlock,
    /// Cancelled by somebody or by `statement_timeout`: 57014, `SQLITE_INTERRUPT`.
    Cancelled,
    /// The session has ended: class 08, 57P01 to 57P05, 25P03, 25P04, or a broken socket.
    ConnectionLost,
    /// The role may not do it: 42501, `SQLITE_PERM`, `SQLITE_AUTH`.
    Permission,
    /// The database or the transaction can only be read: 25006, `SQLITE_READONLY`.
    ReadOnly,
    /// There is no room: 53100, `SQLITE_FULL`.
    DiskFull,
    /// Everything else: the statement does not fit the schema or the data.
    #[default]
    Other,
}

/// A place in a text; both numbers start at 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl StatementError {
    /// Returns what a failure is that no database told.
    pub(crate) fn own(class: ErrorClass, message: impl Into<String>) -> Box<Self> {
        Box::new(Self { class, message: message.into(), ..Self::default() })
    }

    /// `sql` is the caller's text; a place in a statement of our own would tell nobody anything, so that is empty.
    pub(crate) fn postgres(error: &postgres::Error, sql: &str) -> Box<Self> {
        let Some(told) = error.as_db_error() else {
            // Without a word of the server nothing is known of the session's state: it cannot be used any more.
            let message = crate::error::postgres_cause(error);
            return Self::own(ErrorClass::ConnectionLost, message);
        };
        let text = |field: Option<&str>| field.map(str::to_owned);
        let place = match told.position() {
            Some(ErrorPosition::Original(position)) if !sql.is_empty() => {
                Some(place_of_character(sql, *position as usize))
            }
            _ => None,
        };
        Box::new(Self {
            class: class_of_sqlstate(told.code().code()),
            code: Some(told.code().code().to_owned()),
            message: told.message().to_owned(),
            detail: text(told.detail()),
            hint: text(told.hint()),
            context: text(told.where_()),
            place,
            table: text(told.table()),
            column: text(told.column()),
            constraint: text(told.constraint()),
            blocked_by: Vec::new(),
        })
    }

    pub(crate) fn sqlite(error: &rusqlite::Error, sql: &str) -> Box<Self> {
        let (told, message) = match error {
            rusqlite::Error::SqlInputError { error, msg, .. } => (*error, msg.clone()),
            rusqlite::Error::SqliteFailure(error, message) => {
                let message =
                    message.clone().unwrap_or_else(|| ffi::code_to_str(error.extended_code).to_owned());
                (*error, message)
            }
            other => return Self::own(ErrorClass::Other, other.to_string()),
        };
        let place = match error {
            // The driver hands back the text from the failing statement on.
            rusqlite::Error::SqlInputError { sql: rest, offset, .. } if !sql.is_empty() => {
                let byte = sql.len().saturating_sub(rest.len()) + usize::try_from(*offset).unwrap_or(0);
                let characters = sql.get(..byte).map_or(0, |before| before.chars().count());
                Some(place_of_character(sql, characters + 1))
            }
            _ => None,
        };
        let (table, column, constraint) = violated(&message);
        Box::new(Self {
            class: class_of_sqlite(told.extended_code),
            code: Some(sqlite_code(told.extended_code)),
            place,
            table,
            column,
            constraint,
            message,
            ..Self::default()
        })
    }
}

/// Source: PostgreSQL 17 Appendix A "PostgreSQL Error Codes".
fn class_of_sqlstate(code: &str) -> ErrorClass {
    match code {
        "55P03" => ErrorClass::LockNotAvailable,
        "40P01" => ErrorClass::Deadlock,
        "57014" => ErrorClass::Cancelled,
        "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "25P03" | "25P04" => ErrorClass::ConnectionLost,
        "42501" => ErrorClass::Permission,
        "25006" => ErrorClass::ReadOnly,
        "53100" => ErrorClass::DiskFull,
        code if code.starts_with("08") => ErrorClass::ConnectionLost,
        _ => ErrorClass::Other,
    }
}

fn class_of_sqlite(extended_code: i32) -> ErrorClass {
    match extended_code & 0xff {
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => ErrorClass::LockNotAvailable,
        ffi::SQLITE_INTERRUPT => ErrorClass::Cancelled,
        ffi::SQLITE_PERM | ffi::SQLITE_AUTH => ErrorClass::Permission,
        ffi::SQLITE_READONLY => ErrorClass::ReadOnly,
        ffi::SQLITE_FULL => ErrorClass::DiskFull,
        _ => ErrorClass::Other,
    }
}

/// SQLite's primary result codes in the order of their numbers.
///
/// Source: SQLite "Result and Error Codes", "Primary Result Code List".
const SQLITE_CODES: [&str; 27] = [
    "OK",
    "ERROR",
    "INTERNAL",
    "PERM",
    "ABORT",
    "BUSY",
    "LOCKED",
    "NOMEM",
    "READONLY",
    "INTERRUPT",
    "IOERR",
    "CORRUPT",
    "NOTFOUND",
    "FULL",
    "CANTOPEN",
    "PROTOCOL",
    "EMPTY",
    "SCHEMA",
    "TOOBIG",
    "CONSTRAINT",
    "MISMATCH",
    "MISUSE",
    "NOLFS",
    "AUTH",
    "FORMAT",
    "RANGE",
    "NOTADB",
];

fn sqlite_code(extended_code: i32) -> String {
    let primary = usize::try_from(extended_code & 0xff).ok().and_then(|number| SQLITE_CODES.get(number));
    let name = primary.map_or_else(|| "SQLITE".to_owned(), |name| format!("SQLITE_{name}"));
    if extended_code > 0xff { format!("{name} ({extended_code})") } else { name }
}

/// Reads table, column and constraint from SQLite's sentence, which is the only place where it tells them:
/// `UNIQUE constraint failed: users.email, users.name`, `CHECK constraint failed: positive`.
fn violated(message: &str) -> (Option<String>, Option<String>, Option<String>) {
    let Some((kind, rest)) = message.split_once(" constraint failed: ") else { return (None, None, None) };
    match (kind, rest.split_once('.')) {
        ("CHECK", _) => (None, None, Some(rest.to_owned())),
        (_, Some((table, column))) => {
            let one_column = !column.contains(',');
            (Some(table.to_owned()), one_column.then(|| column.to_owned()), None)
        }
        _ => (None, None, None),
    }
}

/// Finds the line and column of the n-th character; the first is 1.
fn place_of_character(sql: &str, position: usize) -> Place {
    let mut place = Place { line: 1, column: 1 };
    for c in sql.chars().take(position.saturating_sub(1)) {
        if c == '\n' {
            place = Place { line: place.line + 1, column: 1 };
        } else {
            place.column += 1;
        }
    }
    place
}

impl fmt::Display for StatementError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place {
            write!(formatter, "line {}, column {}: ", place.line, place.column)?;
        }
        formatter.write_str(&self.message)?;
        for more in [&self.detail, &self.hint].into_iter().flatten() {
            write!(formatter, " ({})", more.trim_end_matches('.'))?;
        }
        for session in &self.blocked_by {
            write!(formatter, "; blocked by {session}")?;
        }
        Ok(())
    }
}

impl Error for StatementError {}

#[cfg(test)]
mod tests {
    use super::{Place, place_of_character, sqlite_code, violated};

    #[test]
    fn places_count_characters() {
        let sql = "sélect\n  ä,\n\nb";
        for (position, line, column) in
            [(1, 1, 1), (3, 1, 3), (8, 2, 1), (10, 2, 3), (14, 4, 1), (99, 4, 2), (0, 1, 1)]
        {
            assert_eq!(place_of_character(sql, position), Place { line, column }, "{position}");
        }
    }

    #[test]
    fn sentences_of_sqlite() {
        let owned = |text: &str| Some(text.to_owned());
        assert_eq!(violated("UNIQUE constraint failed: t.a, t.b"), (owned("t"), None, None));
        assert_eq!(violated("NOT NULL constraint failed: t.a"), (owned("t"), owned("a"), None));
        assert_eq!(violated("CHECK constraint failed: a.b > 0"), (None, None, owned("a.b > 0")));
        assert_eq!(violated("FOREIGN KEY constraint failed"), (None, None, None));
        assert_eq!(
            (sqlite_code(5).as_str(), sqlite_code(2067).as_str()),
            ("SQLITE_BUSY", "SQLITE_CONSTRAINT (2067)")
        );
        assert_eq!(sqlite_code(101), "SQLITE");
    }
}
