//! What goes into [`read`](crate::read) and what comes out of it.

use std::sync::Arc;

use trueup_schema::{Operation, Schema, Span};

use crate::Session;

/// What a reader may know about the text and the database it would run on.
#[derive(Clone, Debug)]
pub struct ReadContext<'a> {
    /// What earlier statements of the same connection have set.
    pub session: Session,
    /// The schema before the text, as far as it is simulated. Conditions of `DO` blocks, `LIKE`, parents of
    /// partitions and unqualified names are answered from it; without it they are unknown.
    pub schema: Option<&'a Schema>,
    /// The file that objects are declared in; without it they have no origin.
    pub path: Option<Arc<str>>,
    /// Where in that file the text begins, in bytes.
    pub offset: u32,
    /// Whether the grammar also judges statements on rows. Off for text that still holds a driver's placeholders.
    pub check_data: bool,
}

impl Default for ReadContext<'_> {
    fn default() -> Self {
        Self { session: Session::default(), schema: None, path: None, offset: 0, check_data: true }
    }
}

/// Everything that was read from a text.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadResult {
    /// One entry per statement, in order.
    pub statements: Vec<StatementEffect>,
    /// What is not valid SQL, in order of place. A statement with an error is opaque unless its reader understood
    /// all of it nevertheless.
    pub errors: Vec<ReadError>,
    /// The session afterwards, for the next text of the same connection.
    pub session: Session,
}

impl ReadResult {
    /// Returns the operations of all statements in order.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.statements.iter().flat_map(|statement| &statement.operations)
    }
}

/// What one statement does.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementEffect {
    /// Its bytes in the text that was read.
    pub span: Span,
    /// What it changes, in order; statements on rows are `run_data`, unreadable ones `opaque`.
    pub operations: Vec<Operation>,
    /// What sort of statement it is.
    pub effect: Effect,
    /// What was left out on purpose, as sentences without a full stop.
    pub notices: Vec<String>,
}

/// What sort of statement it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It changes the schema, or would if the object were not (or still) there.
    Schema,
    /// It reads or changes rows only.
    Data,
    /// It concerns the connection, roles or storage, not what is compared.
    Session,
    /// It begins or ends a transaction.
    Transaction(Transaction),
    /// What it does is not known, with the reason.
    Opaque(String),
}

/// What happens to the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transaction {
    /// `BEGIN`.
    Begin,
    /// `COMMIT`, `END`.
    Commit,
    /// `ROLLBACK`, also to a savepoint.
    Rollback,
    /// `SAVEPOINT`, `RELEASE`.
    Savepoint,
}

/// A place where the text is not valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// The bytes in the text that was read.
    pub span: Span,
}
