//! Writing revisions: operations as the Python that Alembic runs.
//!
//! The way back of [`op`](crate::op): what Alembic has a word for is written in its words, everything else as SQL in
//! `op.execute`, and what SQLite cannot alter goes into `op.batch_alter_table`. Whether the text means what it should
//! is not decided here: whoever writes a revision replays its text first.

mod columns;
mod constraints;
mod describe;
mod expressions;
mod python;
mod statements;
mod tables;
mod types;

use std::collections::BTreeSet;

use trueup_schema::naming::{Convention, ConventionKind};
use trueup_schema::ops::{AlterTable, SetComment, TableChange};
use trueup_schema::{ObjectKind, ObjectName, Operation, Schema};

pub use describe::describe;

use python::{Call, string};
use statements::Statement;

/// How a project writes its revisions.
#[derive(Clone, Debug)]
pub struct Style {
    /// Its naming convention.
    pub convention: Convention,
    /// `render_as_batch` of env.py.
    pub batch: bool,
}

/// A part of a function's body.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// An operation.
    Operation(Box<Operation>),
    /// A line for the reader, without `#`.
    Comment(String),
    /// A line for the reader where something of their own may follow.
    Pause(String),
    /// It ends here, because of what the text says.
    Raise(String),
}

impl From<Operation> for Part {
    fn from(operation: Operation) -> Self {
        Self::Operation(Box::new(operation))
    }
}

/// Something that a revision needs beside `op` and `sa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Import {
    /// `from sqlalchemy.dialects import postgresql`
    Postgresql,
    /// A class for types that SQLAlchemy has no name for.
    NamedType,
}

impl Import {
    /// Returns the lines that bring it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Postgresql => "from sqlalchemy.dialects import postgresql",
            Self::NamedType => {
                "\n\nclass NamedType(sa.types.UserDefinedType):\n    \"\"\"A type by its name in the database.\"\"\"\n\n    \
                 cache_ok = True\n\n    def __init__(self, name):\n        self.name = name\n\n    \
                 def get_col_spec(self, **kw):\n        return self.name\n"
            }
        }
    }
}

/// The body of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Its text, the first line without indentation.
    pub text: String,
    /// What it needs.
    pub imports: BTreeSet<Import>,
}

/// Why an operation cannot be written as Alembic's Python, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritable(pub String);

/// Returns the body of a function that carries operations out on a schema.
///
/// # Errors
/// When Alembic has no word for an operation and the dialect has no statement.
pub fn body(parts: &[Part], before: &Schema, style: &Style) -> Result<Body, Unwritable> {
    let mut writer = Writer { schema: before.clone(), style, batch: style.batch, imports: BTreeSet::new() };
    let mut statements = Vec::new();
    for part in parts {
        match part {
            Part::Comment(text) => statements.push(Statement::Comment(text.clone())),
            Part::Pause(text) => statements.push(Statement::Pause(text.clone())),
            Part::Raise(why) => statements.push(Statement::Raise(why.clone())),
            Part::Operation(operation) => {
                statements.extend(writer.operation(operation)?);
                // What cannot be applied is found by whoever replays the text.
                let _ = operation.apply(&mut writer.schema);
            }
        }
    }
    Ok(Body { text: statements::body(&statements), imports: writer.imports })
}

/// Writes one operation after the other.
struct Writer<'a> {
    /// The schema before the next operation.
    schema: Schema,
    style: &'a Style,
    /// Whether everything on a table goes into a batch.
    batch: bool,
    imports: BTreeSet<Import>,
}

impl Writer<'_> {
    fn operation(&mut self, operation: &Operation) -> Result<Vec<Statement>, Unwritable> {
        match operation {
            Operation::CreateTable(create) => self.create_table(create),
            Operation::DropTable(drop) if !drop.cascade => Ok(vec![tables::drop_table(&drop.table)]),
            Operation::RenameTable(rename) if rename.table.namespace == rename.new_name.namespace => {
                let call = Call::new("op.rename_table").arg(string(&rename.table.name));
                let call = call.arg(string(&rename.new_name.name));
                Ok(vec![Statement::Call(call.optional("schema", rename.table.namespace.as_deref()))])
            }
            Operation::AddColumn(add) => self.add_column(add),
            Operation::AlterColumn(alter) => self.alter_column(alter),
            Operation::DropColumn(drop) => Ok(self.drop_column(drop)),
            Operation::RenameColumn(rename) => {
                self.rename_column(&rename.table, &rename.column, &rename.new_name)
            }
            Operation::AddConstraint(add) => self.add_constraint(add),
            Operation::DropConstraint(drop) if !drop.cascade => self.drop_constraint(drop),
            Operation::CreateIndex(create) => Ok(self.create_index(create)),
            Operation::DropIndex(drop) if !drop.cascade => Ok(vec![self.drop_index(drop)]),
            Operation::AddEnumLabel(_) => {
                let sql = self.sql(operation)?;
                Ok(sql.into_iter().map(Statement::Autocommit).collect())
            }
            Operation::AlterTable(AlterTable { table, change: TableChange::Comment(comment) }) => {
                Ok(vec![self.table_comment(table, comment.as_deref())])
            }
            Operation::SetComment(set) if set.target.kind == ObjectKind::Table => {
                let name = ObjectName { namespace: set.namespace.clone(), name: set.target.name.clone() };
                Ok(vec![self.table_comment(&name, set.comment.as_deref())])
            }
            Operation::SetComment(SetComment { target, namespace, comment })
                if target.kind == ObjectKind::Column =>
            {
                let Some(table) = &target.table else { return self.sent(operation) };
                let table = ObjectName { namespace: namespace.clone(), name: table.clone() };
                let mut alter = trueup_schema::ops::AlterColumn::new(table, &*target.name);
                alter.comment = Some(comment.clone());
                self.alter_column(&alter)
            }
            _ => self.sent(operation),
        }
    }

    fn table_comment(&self, table: &ObjectName, comment: Option<&str>) -> Statement {
        let old = self.schema.table(table).and_then(|table| table.comment.as_deref());
        let call = match comment {
            Some(comment) => {
                Call::new("op.create_table_comment").arg(string(&table.name)).arg(string(comment))
            }
            None => Call::new("op.drop_table_comment").arg(string(&table.name)),
        };
        let call = call.optional("existing_comment", old);
        Statement::Call(call.optional("schema", table.namespace.as_deref()))
    }

    /// Returns an operation's statements in SQL.
    fn sql(&self, operation: &Operation) -> Result<Vec<String>, Unwritable> {
        let dialect = self.schema.dialect;
        let mut statements = operation.to_sql(dialect);
        if let Operation::AlterSequence(alter) = operation {
            let existing = self.schema.sequences.get(&alter.sequence.name);
            if existing.is_none_or(|existing| existing.comment == alter.sequence.comment) {
                statements.retain(|sql| !sql.starts_with("COMMENT"));
            }
        }
        if statements.is_empty() {
            let what = describe(operation);
            return Err(Unwritable(format!("neither Alembic nor {dialect} has a statement to {what}")));
        }
        // Bodies of functions and triggers are the project's own text.
        let own = matches!(
            operation,
            Operation::CreateFunction(_) | Operation::CreateTrigger(_) | Operation::CreateView(_)
        );
        let layout = |sql: String| if own { sql } else { trueup_sql::laid_out(dialect, &sql) };
        Ok(statements.into_iter().map(layout).collect())
    }

    /// Writes an operation as SQL in `op.execute`.
    fn sent(&mut self, operation: &Operation) -> Result<Vec<Statement>, Unwritable> {
        Ok(self.sql(operation)?.into_iter().map(Statement::Execute).collect())
    }

    /// Tells whether tables change in place, without a batch.
    fn alters_in_place(&self) -> bool {
        !self.batch && self.schema.dialect.enforces_types()
    }

    /// Tells whether an operation on a table needs no batch.
    fn is_done_in_place(&self, operation: &Operation) -> bool {
        !self.batch && operation.supported(self.schema.dialect)
    }

    fn receiver(&self) -> &'static str {
        if self.batch { "batch_op" } else { "op" }
    }

    /// Returns a name as an argument: `op.f('…')` where the project's convention would have a say in it.
    fn name(&self, kind: ConventionKind, name: &str, receiver: &str) -> String {
        let by_convention = match self.style.convention.template(kind) {
            None => false,
            Some(template) => {
                let fixed = template.split('%').next().unwrap_or_default();
                name.starts_with(fixed) || template.contains("constraint_name")
            }
        };
        if by_convention { format!("{receiver}.f({})", string(name)) } else { string(name) }
    }
}

/// Returns a call as a statement: of its own, or of a batch on its table.
fn placed(table: &ObjectName, in_place: bool, call: Call) -> Statement {
    if in_place {
        Statement::Call(call)
    } else {
        Statement::Batch { table: table.clone(), call, names: false }
    }
}

/// Returns a call on a table: of `op` with the table's name, or of `batch_op` without.
fn on_table(
    table: &ObjectName,
    method: &str,
    in_place: bool,
    arguments: impl FnOnce(Call) -> Call,
) -> Statement {
    let call = if in_place {
        let call = Call::new(format!("op.{method}")).arg(string(&table.name));
        arguments(call).optional("schema", table.namespace.as_deref())
    } else {
        arguments(Call::new(format!("batch_op.{method}")))
    };
    placed(table, in_place, call)
}

/// Returns a call on a table whose first argument is a name, and the table's name the second.
fn named_on_table(
    table: &ObjectName,
    method: &str,
    in_place: bool,
    name: String,
    arguments: impl FnOnce(Call) -> Call,
) -> Statement {
    let call = if in_place {
        let call = Call::new(format!("op.{method}")).arg(name).arg(string(&table.name));
        arguments(call).optional("schema", table.namespace.as_deref())
    } else {
        arguments(Call::new(format!("batch_op.{method}")).arg(name))
    };
    placed(table, in_place, call)
}
