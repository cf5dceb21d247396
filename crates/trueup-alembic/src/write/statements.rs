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
    /// A line of a comment, or an empty one.
    Comment(String),
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
            Statement::Comment(text) => lines.push(format!("{INDENT}# {text}").trim_end().to_owned()),
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
                let rest = &statements[at - 1..];
                let same = |statement: &&Statement| matches!(statement, Statement::Batch { table: other, .. } if other == table);
                let block: Vec<&Statement> = rest.iter().take_while(same).collect();
                at += block.len() - 1;
                lines.extend(batch(table, &block));
            }
        }
    }
    lines.join("\n").trim_start().to_owned()
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
        if let Statement::Batch { call, .. } = statement {
            lines.push(call.statement(&INDENT.repeat(2)));
        }
    }
    lines
}
