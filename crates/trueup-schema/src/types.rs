//! Column types in canonical form.
//!
//! On PostgreSQL the canonical form is what the server's own `format_type()` prints: `character varying(50)`,
//! `timestamp(3) with time zone`, `integer[]`, `myschema.mood`. On SQLite it is the declared text with white space
//! folded and in upper case, because SQLite keeps what was written.

use std::fmt;

use crate::Dialect;

mod conversion;
pub(crate) mod normal;

pub use conversion::{Affinity, Conversion, ForeignKeyMatch};

/// The type of a column.
#[derive(Clone, Debug)]
pub struct ColumnType {
    /// Canonical name without modifiers and brackets, such as `character varying` or `timestamp with time zone`;
    /// a user-defined type's name as the catalog stores it, without quotes.
    pub name: String,
    /// Namespace of a user-defined type, `None` for built-in types and the default namespace.
    pub namespace: Option<String>,
    /// Modifiers in order, such as `["10", "2"]` of `numeric(10,2)`.
    pub modifiers: Vec<String>,
    /// Whether it is an array (PostgreSQL does not distinguish dimensions).
    pub array: bool,
    /// What sort of type it is.
    pub kind: TypeKind,
    /// The type as the source spelled it; not compared.
    pub raw: String,
}

/// What sort of type a [`ColumnType`] is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// Built into the server.
    Builtin,
    /// Anything that is not built in: an enum, a domain, a type of an extension.
    UserDefined,
    /// The source does not tell; the reason says why. `==` treats all unknown types alike; whoever decides about
    /// drift must ask [`ColumnType::is_unknown`] first and report the comparison as unknown.
    Unknown(String),
}

impl ColumnType {
    /// Returns the canonical type that a dialect reads from SQL text such as `varchar(50)` or `int4[]`.
    ///
    /// `serial` reads as `integer`; ask [`ColumnType::serial_base`] of the text to tell them apart.
    pub fn parse(dialect: Dialect, text: &str) -> Self {
        normal::parse(dialect, text)
    }

    /// Returns the type behind `serial`, `bigserial`, `smallserial` and their aliases; `None` for other text.
    pub fn serial_base(text: &str) -> Option<Self> {
        normal::serial_base(text).map(|base| Self::parse(Dialect::Postgresql, base))
    }

    /// Returns a type that the source does not tell, with the reason.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self {
            name: "unknown".to_owned(),
            namespace: None,
            modifiers: Vec::new(),
            array: false,
            kind: TypeKind::Unknown(reason.into()),
            raw: String::new(),
        }
    }

    /// Tells whether the type is not known.
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, TypeKind::Unknown(_))
    }
}

impl PartialEq for ColumnType {
    fn eq(&self, other: &Self) -> bool {
        self.is_unknown() == other.is_unknown()
            && self.name == other.name
            && self.namespace == other.namespace
            && self.modifiers == other.modifiers
            && self.array == other.array
    }
}

impl Eq for ColumnType {}

impl fmt::Display for ColumnType {
    /// Writes the canonical form, as `format_type()` of the server would.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(formatter, "{}.", quoted_where_needed(namespace))?;
        }
        if self.kind == TypeKind::UserDefined {
            formatter.write_str(&quoted_where_needed(&self.name))?;
            write_modifiers(formatter, &self.modifiers)?;
        } else {
            let (head, tail) = normal::split_modifier_position(&self.name);
            formatter.write_str(head)?;
            write_modifiers(formatter, &self.modifiers)?;
            formatter.write_str(tail)?;
        }
        if self.array {
            formatter.write_str("[]")?;
        }
        Ok(())
    }
}

fn write_modifiers(formatter: &mut fmt::Formatter<'_>, modifiers: &[String]) -> fmt::Result {
    if modifiers.is_empty() { Ok(()) } else { write!(formatter, "({})", modifiers.join(",")) }
}

/// Returns an identifier in double quotes unless PostgreSQL's `quote_identifier()` would leave it bare.
fn quoted_where_needed(name: &str) -> std::borrow::Cow<'_, str> {
    let bare = !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !crate::expr::is_quoted_keyword(name);
    if bare { name.into() } else { crate::name::quote_identifier(name).into() }
}
