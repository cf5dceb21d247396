//! Reads a live database's catalog into a schema.
//!
//! One module per dialect. Both ask a fixed number of questions, whatever the number of tables, inside one read-only
//! snapshot, and join the answers here rather than on the server.

use trueup_schema::{ObjectName, Operation, Schema};

pub(crate) mod postgres;
pub(crate) mod sqlite;

/// Turns one stored `CREATE` statement into operations, or says why it cannot.
///
/// The SQL reader lives in a crate beside this one, so whoever knows both hands it in.
pub type ReadStatement<'a> = &'a dyn Fn(&str) -> Result<Vec<Operation>, String>;

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectOptions {
    /// Which namespaces.
    pub namespaces: Namespaces,
    /// Alembic's version table; `None` leaves it unread. It stays in the schema like every other table.
    pub version_table: Option<ObjectName>,
}

impl Default for InspectOptions {
    fn default() -> Self {
        Self { namespaces: Namespaces::All, version_table: Some(ObjectName::new("alembic_version")) }
    }
}

/// Which namespaces of a PostgreSQL database are read; SQLite has only one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespaces {
    /// All but the system's.
    All,
    /// The session's default namespace only.
    Default,
    /// These by name, and the session's default namespace.
    Named(Vec<String>),
}

/// What a database told.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// The schema.
    pub schema: Schema,
    /// The recorded revisions, sorted; `None` when there is no version table or none was asked for.
    pub revisions: Option<Vec<String>>,
    /// The server's version, such as `17.10`, or SQLite's library version.
    pub server_version: String,
    /// The namespace whose objects carry no namespace in the schema: the session's `current_schema()`.
    pub default_namespace: String,
    /// How many catalog queries were asked: the same for five tables and for five thousand.
    pub queries: usize,
}
