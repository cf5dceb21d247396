//! Names of database objects.

use std::fmt;

use crate::Dialect;

/// The name of a table, index, type or other object; `namespace` is `None` for the dialect's default namespace.
///
/// Names are stored as the catalog stores them: unquoted identifiers already folded, quotes removed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectName {
    /// The PostgreSQL schema (or attached SQLite database), `None` for the default one.
    pub namespace: Option<String>,
    /// The name itself.
    pub name: String,
}

impl ObjectName {
    /// Returns a name in the default namespace.
    pub fn new(name: impl Into<String>) -> Self {
        Self { namespace: None, name: name.into() }
    }

    /// Returns a name in a namespace; the dialect's default namespace (`public`, `main`) becomes `None`.
    pub fn qualified(dialect: Dialect, namespace: Option<&str>, name: impl Into<String>) -> Self {
        let namespace = namespace.filter(|namespace| *namespace != dialect.default_namespace());
        Self { namespace: namespace.map(str::to_owned), name: name.into() }
    }

    /// Returns another name in the same namespace.
    pub fn sibling(&self, name: impl Into<String>) -> Self {
        Self { namespace: self.namespace.clone(), name: name.into() }
    }

    /// Returns the name quoted for SQL where quoting is needed.
    pub fn to_sql(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{}.{}", quote_identifier(namespace), quote_identifier(&self.name)),
            None => quote_identifier(&self.name),
        }
    }
}

impl From<&str> for ObjectName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(formatter, "{namespace}.")?;
        }
        formatter.write_str(&self.name)
    }
}

/// Returns an identifier in double quotes; quoting everything is the one spelling no reserved word can break.
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
