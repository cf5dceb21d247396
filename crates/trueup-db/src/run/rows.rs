//! What a query answers: rows of typed cells.

use std::sync::Arc;

use rusqlite::types::ValueRef;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Names of the columns, shared by all rows of an answer.
    pub columns: Arc<[String]>,
    /// Values in the order of the columns.
    pub cells: Vec<Cell>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// `boolean`; SQLite has none.
    Bool(bool),
    /// Whole numbers of up to 64 bits.
    Int(i64),
    /// `real`, `double precision`.
    Float(f64),
    /// `text`, `varchar`, `char`, `name`.
    Text(String),
    /// `bytea`, `BLOB`.
    Bytes(Vec<u8>),
    /// Every other type as the server writes it.
    Other {
        /// The type as the server names it, such as `numeric`, `timestamptz`, `_int4`.
        type_name: String,
        /// The value in the server's spelling.
        text: String,
    },
}

impl Row {
    /// Returns the value of a column, or of the first of several with this name.
    pub fn get(&self, column: &str) -> Option<&Cell> {
        let at = self.columns.iter().position(|name| name == column)?;
        self.cells.get(at)
    }
}

impl Cell {
    /// Returns the text of a text, or of a value of a type that is kept as text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Other { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Reads what PostgreSQL writes for a value of a type.
    ///
    /// Source of the spellings: PostgreSQL 17 §8.1 "Numeric Types", §8.4 "Binary Data Types", §8.6 "Boolean Type".
    pub(crate) fn postgres(type_name: &str, text: Option<&str>) -> Self {
        let Some(text) = text else { return Self::Null };
        let read = match type_name {
            "bool" => Some(Self::Bool(text == "t")),
            "int2" | "int4" | "int8" | "oid" => text.parse().ok().map(Self::Int),
            "float4" | "float8" => text.parse().ok().map(Self::Float),
            "text" | "varchar" | "bpchar" | "name" | "char" => Some(Self::Text(text.to_owned())),
            "bytea" => hexadecimal(text).map(Self::Bytes),
            _ => None,
        };
        read.unwrap_or_else(|| Self::Other { type_name: type_name.to_owned(), text: text.to_owned() })
    }

    pub(crate) fn sqlite(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Int(number),
            ValueRef::Real(number) => Self::Float(number),
            ValueRef::Blob(bytes) => Self::Bytes(bytes.to_vec()),
            // SQLite does not check that a text is UTF-8.
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Self::Text(text.to_owned()),
                Err(_) => Self::Bytes(bytes.to_vec()),
            },
        }
    }
}

/// Reads `\x0aff`; a session with `bytea_output = escape` keeps its spelling as another type's.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|value| value as u8);
    digits.chunks(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}
