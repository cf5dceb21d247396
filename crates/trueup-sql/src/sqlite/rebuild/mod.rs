//! Changes of a table that SQLite has no `ALTER TABLE` for: the table is built anew, and nothing of it is lost.
//!
//! A pure function: in go the texts that `sqlite_schema` stores and the operations of a batch, out come statements. The
//! stored text itself is edited, it is never written anew from the schema model, so that what nobody changes stays word
//! for word: comments, `COLLATE`, `ON CONFLICT`, `AUTOINCREMENT`, `DEFERRABLE`, `STRICT`, quoting.
//! Only the table's own name changes its spelling, since renaming quotes it, and goes from before columns in CHECKs.
//!
//! Where plain `ALTER TABLE` does all that is asked for, it is used: it loses nothing and does not copy. Otherwise the
//! procedure is the one of <https://www.sqlite.org/lang_altertable.html#otheralter>: create the new table beside, copy
//! the rows with their row numbers, drop the old one, rename, create indexes and triggers from their texts. Renamed
//! columns keep their old names until then, and SQLite itself renames them at the end, in views, triggers and the
//! foreign keys of other tables too.
//!
//! - `body`, `clause`, `definition`: the parts of a text and changes of one part.
//! - `change`, `column`, `constraint`: carries the operations out on the parts.
//! - `gone`, `mention`, `uses`: what still needs a column that is dropped.
//! - `alter`, `copy`: write the statements, one file for either way; `checks` what must hold before COMMIT.
//!
//! It does not run anything, and it does not open transactions: see [`Rebuild`] for what is left to the caller.

use std::fmt;

use trueup_schema::naming::Convention;
use trueup_schema::{ObjectName, Operation, Table};

mod alter;
mod body;
mod change;
mod checks;
mod clause;
mod column;
mod constraint;
mod copy;
mod definition;
mod gone;
mod mention;
mod order;
mod uses;

/// A statement as `sqlite_schema` stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Name of the object.
    pub name: String,
    /// Its text, the column `sql`.
    pub sql: String,
}

/// A column as `PRAGMA table_xinfo` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredColumn {
    /// Name.
    pub name: String,
    /// 0 for a plain column, 2 for a generated one that is virtual, 3 for one that is stored.
    pub hidden: i64,
}

/// `insert_before` and `insert_after` of a new column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPosition {
    /// The new column.
    pub column: String,
    /// The column that it is wanted before.
    pub before: Option<String>,
    /// The column that it is wanted behind.
    pub after: Option<String>,
}

/// What a rebuild is made from: the table as it is stored, and the batch.
#[derive(Clone, Debug)]
pub struct RebuildInput {
    /// The table; its namespace is the attached database, none is `main`.
    pub table: ObjectName,
    /// Its stored text.
    pub sql: String,
    /// Its columns in order; what the text says must agree.
    pub columns: Vec<StoredColumn>,
    /// Its indexes that have a text, in the order in which they are stored.
    pub indexes: Vec<Stored>,
    /// Its triggers, in the order in which they are stored.
    pub triggers: Vec<Stored>,
    /// The views of the database; those that have nothing to do with the table are not looked at.
    pub views: Vec<Stored>,
    /// The triggers of other tables and of views; those that do not mention the table are not looked at.
    pub other_triggers: Vec<Stored>,
    /// Names of all objects in `sqlite_schema`, so that the copy takes none of them.
    pub names: Vec<String>,
    /// The operations. As in a batch of Alembic a renamed column goes by its old name until the batch ends; its new
    /// name is understood too, where no column had it before.
    pub operations: Vec<Operation>,
    /// Where new columns are wanted.
    pub positions: Vec<ColumnPosition>,
    /// `partial_reordering`: lists of columns that follow each other.
    pub orders: Vec<Vec<String>>,
    /// `table_args`: a table whose constraints are added.
    pub extra: Option<Table>,
    /// `naming_convention`: the names that unnamed keys and constraints get. With Alembic they get them whenever the
    /// table is recreated.
    pub naming_convention: Option<Convention>,
    /// Whether `PRAGMA foreign_keys` is on.
    pub foreign_keys_enforced: bool,
}

impl RebuildInput {
    /// Returns the input for a table without indexes, triggers and views, and without operations.
    pub fn new(table: ObjectName, sql: impl Into<String>, columns: Vec<StoredColumn>) -> Self {
        Self {
            table,
            sql: sql.into(),
            columns,
            indexes: Vec::new(),
            triggers: Vec::new(),
            views: Vec::new(),
            other_triggers: Vec::new(),
            names: Vec::new(),
            operations: Vec::new(),
            positions: Vec::new(),
            orders: Vec::new(),
            extra: None,
            naming_convention: None,
            foreign_keys_enforced: false,
        }
    }
}

/// How the table is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RebuildMethod {
    /// The batch changes nothing.
    Nothing,
    /// By `ALTER TABLE` and statements on indexes and triggers.
    Alter,
    /// By copying the rows into a new table.
    Copy,
}

/// One step in the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RebuildStep {
    /// A statement to run.
    Run(String),
    /// A check; where it fails the transaction is rolled back.
    Check(RebuildCheck),
}

/// A query with what it must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RebuildCheck {
    /// The query.
    pub sql: String,
    /// What it must answer.
    pub expects: Expects,
    /// What is wrong otherwise, as a sentence.
    pub message: String,
}

/// What a check's query must answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expects {
    /// No row.
    NoRow,
    /// No row, or the same row more often, than before the first statement. Where the query failed then, the check is
    /// left out: it would blame the rebuild for what was wrong before.
    NothingNew,
    /// To be accepted, which is known without running it; left out where it was not accepted before.
    Compiles,
}

/// The statements that change a table.
///
/// To be run as: every statement of `before`, `BEGIN IMMEDIATE`, the `steps`, `COMMIT` (or `ROLLBACK`), and whatever
/// happened every statement of `after`. `before` is without effect inside of a transaction, and where foreign keys stay
/// enforced, dropping the old table deletes the rows that refer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuild {
    /// How it is done.
    pub method: RebuildMethod,
    /// Statements to be run outside of the transaction, before it.
    pub before: Vec<String>,
    /// What happens inside of the transaction.
    pub steps: Vec<RebuildStep>,
    /// Statements to be run outside of the transaction, after it, also when it was rolled back.
    pub after: Vec<String>,
    /// Queries for values that a change of type does not keep, to be asked before; they forbid nothing by themselves.
    pub losses: Vec<RebuildCheck>,
    /// What is worth telling, as sentences.
    pub notices: Vec<String>,
    /// Name of the copy while it is made; SQLite's messages about a row name it instead of the table.
    pub temporary: Option<String>,
}

impl Rebuild {
    /// Returns the statements inside of the transaction, without the checks.
    pub fn statements(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            RebuildStep::Run(sql) => Some(sql.as_str()),
            RebuildStep::Check(_) => None,
        })
    }
}

/// Why a table cannot be changed as the batch asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The fact, with the object in backticks.
    pub message: String,
    /// What to do, if something can be done.
    pub hint: Option<String>,
}

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(formatter, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refusal {}

/// Returns the statements that carry a batch of operations out on an SQLite table.
///
/// ```
/// use trueup_schema::{Operation, ops::DropConstraint};
/// use trueup_sql::{RebuildInput, StoredColumn, rebuild};
///
/// let column = StoredColumn { name: "a".to_owned(), hidden: 0 };
/// let sql = "CREATE TABLE t (a INT CONSTRAINT positive CHECK (a > 0) /* of old */)";
/// let mut input = RebuildInput::new("t".into(), sql, vec![column]);
/// input.operations.push(Operation::from(DropConstraint {
///     table: "t".into(),
///     name: Some("positive".to_owned()),
///     kind: None,
///     columns: Vec::new(),
///     if_exists: false,
///     cascade: false,
/// }));
/// let rebuild = rebuild(&input).unwrap();
/// assert_eq!(rebuild.statements().next(), Some("CREATE TABLE \"_alembic_tmp_t\" (a INT /* of old */)"));
/// ```
///
/// # Errors
/// A [`Refusal`] where an operation cannot be carried out, such as a constraint that nobody has, or would leave
/// something behind that no longer works: an index, a CHECK, a trigger or a view on a column that is dropped.
pub fn rebuild(input: &RebuildInput) -> Result<Rebuild, Refusal> {
    let mut change = change::Change::begin(input)?;
    input.operations.iter().try_for_each(|operation| change.apply(operation))?;
    change.finish()?;
    if change.changes_nothing() {
        return Ok(Rebuild {
            method: RebuildMethod::Nothing,
            before: Vec::new(),
            steps: Vec::new(),
            after: Vec::new(),
            losses: Vec::new(),
            notices: change.notices,
            temporary: None,
        });
    }
    match alter::alter(&change) {
        Some(rebuild) => Ok(rebuild),
        None => copy::copy(change),
    }
}
