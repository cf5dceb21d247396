//! A schema as a file that people read, compare line by line and keep under version control.
//!
//! One line is one fact. A line begins with two spaces per level and the kind of the fact, such as `table`, `column` or
//! `index`; what a fact belongs to stands above it. Objects are sorted by kind and name, columns keep their order, and
//! everything else of a table is sorted, so that a change of one fact is a change of one line. Expressions are written as
//! they were read, since a server must understand them; so are the bodies of views, functions and triggers, each line
//! behind a `|`. The fingerprint is made of normal forms alone: it does not change with the spelling.
//!
//! - `line`: words, quotes, lists and options of one line;
//! - `write`: facts become lines;
//! - `read`: lines become facts.
//!
//! The first line names the version of the format. A reader refuses what it does not know: a fact that is passed over
//! would look like one that is gone.

use crate::{Dialect, Schema};

mod line;
mod read;
mod write;

/// Version of the format; it changes whenever an older reader would not understand a file.
const FORMAT: u32 = 1;

/// A schema read from a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The schema.
    pub schema: Schema,
    /// The fingerprint that the file states; another one than the schema's own means that the file was edited.
    pub fingerprint: String,
}

/// Why a text is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SnapshotError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl Snapshot {
    /// Returns the snapshot of a schema as text.
    ///
    /// ```
    /// use trueup_schema::{Column, ColumnType, Dialect, ObjectName, Schema, Table, snapshot::Snapshot};
    ///
    /// let mut schema = Schema::new(Dialect::Sqlite);
    /// let mut table = Table::new(ObjectName::new("t"));
    /// table.columns.push(Column::new("a", ColumnType::parse(Dialect::Sqlite, "TEXT")));
    /// schema.insert_table(table);
    /// let text = Snapshot::write(&schema);
    /// assert!(text.ends_with("\n\ntable t\n  column a TEXT\n"));
    /// assert_eq!(Snapshot::read(&text).unwrap().schema, schema);
    /// ```
    pub fn write(schema: &Schema) -> String {
        write::text(schema)
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// With the first line that is not understood.
    pub fn read(text: &str) -> Result<Self, SnapshotError> {
        read::snapshot(text)
    }

    /// Tells whether the file says what its fingerprint was made of.
    pub fn is_as_written(&self) -> bool {
        fingerprint(&self.schema) == self.fingerprint
    }
}

/// Returns a number in hexadecimal digits that is the same for schemas that are the same by
/// [`Schema::equivalent`], and practically never for others.
pub fn fingerprint(schema: &Schema) -> String {
    crate::naming::md5::hex(write::canonical(schema).as_bytes())
}

impl SnapshotError {
    fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// The line that states the dialect and those above it.
fn head(dialect: Dialect) -> String {
    format!("trueup-snapshot {FORMAT}\ndialect {dialect}\n")
}
