//! Statements of a revision's function and how they are put together.

use trueup_schema::ObjectName;

use super::constraints::BATCH_NAMES;
use super::python::{self, Call, string};

/// The indentation of a function's body.
const INDENT: &str = "    ";

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Statement {
    /// A call of `op`.
    Call(Call),
    /// A call of `batch_op`, together with its neighbours on the same table.
    Batch {
        /// The table.
        table: ObjectName,
        /// The call.
        call: Call,
        /// Whether it names a constraint as only the batch does.
        names: bool,
    },
    /// `op.execute` of a statement.
    Execute(String),
    /// `op.execute` of a statement that the server wants outside of a transaction.
    Autocommit(String),
    /// A line of a comment.
    Comment(String),
    /// A line of a comment at a place where the reader may put something.
    Pause(String),
    /// `raise NotImplementedError(…)`.
    Raise(String),
}

/// Returns the text of a function's body, its first line without indentation, as a template takes it.
pub(super) fn body(statements: &[Statement]) -> String {
    let mut lines = Vec::new();
    let mut at = 0;
    while let Some(statement) = statements.get(at) {
        at += 1;
        match statement {
            Statement::Call(call) => lines.push(call.statement(INDENT)),
            Statement::Execute(sql) => lines.push(execute(sql, INDENT)),
            // What is said of the first call of a batch stands in it.
            Statement::Comment(_)
                if matches!(next_call(&statements[at..]), Some(Statement::Batch { .. })) =>
            {
                if let Some(Statement::Batch { table, .. }) = next_call(&statements[at..]) {
                    let block = block_of(table, &statements[at - 1..]);
                    at += block.len() - 1;
                    lines.extend(batch(table, &block));
                }
            }
            Statement::Comment(text) | Statement::Pause(text) => {
                lines.push(format!("{INDENT}# {text}").trim_end().to_owned());
            }
            Statement::Raise(why) => {
                lines.push(format!("{INDENT}raise NotImplementedError({})", string(why)));
            }
            Statement::Autocommit(sql) => {
                lines.push(format!("{INDENT}with op.get_context().autocommit_block():"));
                let inner = INDENT.repeat(2);
                lines.push(execute(sql, &inner));
                while let Some(Statement::Autocommit(sql)) = statements.get(at) {
                    lines.push(execute(sql, &inner));
                    at += 1;
                }
            }
            Statement::Batch { table, .. } => {
                let block = block_of(table, &statements[at - 1..]);
                at += block.len() - 1;
                lines.extend(batch(table, &block));
            }
        }
    }
    lines.join("\n").trim_start().to_owned()
}

/// Returns the first statement that is no comment.
fn next_call(statements: &[Statement]) -> Option<&Statement> {
    statements.iter().find(|statement| !matches!(statement, Statement::Comment(_)))
}

/// Returns the statements that belong into one batch, with what is said of each of them.
fn block_of<'a>(table: &ObjectName, statements: &'a [Statement]) -> Vec<&'a Statement> {
    let mut block = Vec::new();
    let mut comments = Vec::new();
    for statement in statements {
        match statement {
            Statement::Comment(_) => comments.push(statement),
            Statement::Batch { table: other, .. } if other == table => {
                block.append(&mut comments);
                block.push(statement);
            }
            _ => break,
        }
    }
    block
}

fn execute(sql: &str, indent: &str) -> String {
    let sql = super::expressions::without_parameters(sql);
    Call::new("op.execute").arg(python::text(&sql)).statement(indent)
}

fn batch(table: &ObjectName, block: &[&Statement]) -> Vec<String> {
    let mut call = Call::new("op.batch_alter_table").arg(string(&table.name));
    call = call.optional("schema", table.namespace.as_deref());
    if block.iter().any(|statement| matches!(statement, Statement::Batch { names: true, .. })) {
        let pairs = BATCH_NAMES.map(|(kind, template)| format!("{}: {}", string(kind), string(template)));
        call = call.keyword("naming_convention", format!("{{{}}}", pairs.join(", ")));
    }
    let mut lines = vec![format!("{INDENT}with {} as batch_op:", call.inline())];
    for statement in block {
        let indent = INDENT.repeat(2);
        match statement {
            Statement::Batch { call, .. } => lines.push(call.statement(&indent)),
            Statement::Comment(text) => lines.push(format!("{indent}# {text}")),
            _ => {}
        }
    }
    lines
}
