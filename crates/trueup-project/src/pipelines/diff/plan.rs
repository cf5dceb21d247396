//! Operations become steps: the statements that carry them out, what they cost in data, and whether there is a way back.

use trueup_db::needs_no_transaction;
use trueup_schema::ops::{AlterColumn, Constraint};
use trueup_schema::types::Conversion;
use trueup_schema::{ObjectName, Operation, Schema};
use trueup_sql::laid_out;

use super::rebuild;
use super::words::{self, Words};
use crate::pipelines::source::Source;

/// Something to do, with what is known of it.
pub struct Step {
    /// The operations; a table that is made anew takes several at once.
    pub operations: Vec<Planned>,
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// Whether SQLite makes the table anew and copies its rows.
    pub is_rebuild: bool,
    /// Why no statement carries it out.
    pub obstacle: Option<String>,
}

/// One operation of a step.
pub struct Planned {
    /// The operation.
    pub operation: Operation,
    /// What it does, in words.
    pub words: Words,
    /// What it loses, or where it is refused, in words.
    pub hazards: Vec<String>,
    /// The way back.
    pub undo: Undo,
}

/// A statement of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its text, without a semicolon.
    pub sql: String,
    /// Whether it is without effect, or refused, inside of a transaction.
    pub outside_transaction: bool,
}

/// Whether an operation can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    /// Operations bring everything back.
    Full,
    /// Operations bring the schema back, but not what rows held.
    SchemaOnly,
    /// No operation does.
    None,
}

impl Undo {
    /// Returns the word for it in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::SchemaOnly => "schema_only",
            Self::None => "none",
        }
    }
}

/// Returns the steps that carry operations out, one after the other, on a source.
pub(super) fn steps(from: &Source, operations: &[Operation]) -> Vec<Step> {
    let dialect = from.schema.dialect;
    let rebuilt = rebuild::tables(dialect, operations);
    let mut working = from.schema.clone();
    let mut steps: Vec<Step> = Vec::new();
    let mut done: Vec<ObjectName> = Vec::new();
    for operation in operations {
        let Some(table) = rebuild::table_of(operation).filter(|table| rebuilt.contains(table)) else {
            steps.push(plain(&mut working, operation));
            continue;
        };
        if done.contains(table) {
            continue;
        }
        done.push(table.clone());
        let of_table: Vec<Operation> =
            operations.iter().filter(|other| rebuild::table_of(other) == Some(table)).cloned().collect();
        steps.push(at_once(from, &mut working, table, &of_table));
    }
    steps
}

fn plain(working: &mut Schema, operation: &Operation) -> Step {
    let dialect = working.dialect;
    let planned = planned(working, operation);
    // A new label cannot be used before the transaction that adds it has ended (PostgreSQL 17, ALTER TYPE, Notes).
    let commits = matches!(operation, Operation::AddEnumLabel(_));
    let statements: Vec<Statement> = operation
        .to_sql(dialect)
        .into_iter()
        .filter(|sql| !sql.trim().is_empty())
        .map(|sql| Statement {
            outside_transaction: commits || needs_no_transaction(dialect, &sql),
            sql: laid_out(dialect, &sql),
        })
        .collect();
    let obstacle = statements.is_empty().then(|| {
        format!("{} has no statement for {} `{}`", dialect.title(), planned.words.kind, planned.words.name)
    });
    let obstacle = match operation {
        // Nothing has to be done where comments are not kept.
        Operation::SetComment(_) if !dialect.has_comments() => None,
        Operation::CreateUnmodelled(_) | Operation::DropUnmodelled(_) => {
            let what = format!("{} `{}`", planned.words.kind, planned.words.name);
            Some(format!("what {what} is made of is not modelled, only that it is there"))
        }
        _ => obstacle,
    };
    Step { operations: vec![planned], statements, is_rebuild: false, obstacle }
}

fn at_once(from: &Source, working: &mut Schema, table: &ObjectName, operations: &[Operation]) -> Step {
    let before = working.clone();
    let mut all: Vec<Planned> = operations.iter().map(|operation| planned(working, operation)).collect();
    match rebuild::rebuild(from, &before, table, operations) {
        Ok(rebuilt) => {
            if let Some(first) = all.first_mut() {
                first.hazards.extend(rebuilt.notices);
            }
            Step {
                operations: all,
                statements: rebuilt.statements,
                is_rebuild: rebuilt.is_copy,
                obstacle: None,
            }
        }
        Err(reason) => {
            let obstacle = Some(format!("`{table}` cannot be made anew: {reason}"));
            Step { operations: all, statements: Vec::new(), is_rebuild: true, obstacle }
        }
    }
}

/// Tells what is known of an operation, and carries it out on the working copy.
fn planned(working: &mut Schema, operation: &Operation) -> Planned {
    let words = words::words(operation, working);
    let (hazards, loses) = hazards(operation, working);
    let undo = match operation.reverse(working) {
        None => Undo::None,
        Some(_) if loses => Undo::SchemaOnly,
        Some(_) => Undo::Full,
    };
    // The difference was made on such a copy: what fails there is in the operations all the same.
    let _ = operation.apply(working);
    Planned { operation: operation.clone(), words, hazards, undo }
}

/// Returns what an operation loses or where a server refuses it, and whether rows lose something for good.
fn hazards(operation: &Operation, before: &Schema) -> (Vec<String>, bool) {
    let told = |text: &str| vec![text.to_owned()];
    match operation {
        Operation::DropTable(_) => (told("its rows are lost"), true),
        Operation::DropColumn(_) => (told("its values are lost"), true),
        Operation::DropSequence(_) => (told("its position is lost"), true),
        Operation::AlterColumn(op) => altered(op, before),
        Operation::AddColumn(op) => {
            let column = &op.column;
            let is_filled = column.nullable || column.default.is_some() || column.generated.is_some();
            (
                if is_filled {
                    Vec::new()
                } else {
                    told("refused where the table has rows: NOT NULL without a default")
                },
                false,
            )
        }
        Operation::AddConstraint(op) => match &op.constraint {
            Constraint::PrimaryKey(_) | Constraint::Unique(_) => {
                (told("refused where rows have the same values"), false)
            }
            Constraint::ForeignKey(key) if key.not_valid => (Vec::new(), false),
            Constraint::Check(check) if check.not_valid => (Vec::new(), false),
            _ => (told("refused where rows break it"), false),
        },
        Operation::CreateIndex(op) if op.index.unique => {
            (told("refused where rows have the same values"), false)
        }
        Operation::DropIndex(op) => {
            let table = before.table_of_index(&op.index);
            let is_unique =
                table.and_then(|table| table.index(&op.index.name)).is_some_and(|index| index.unique);
            (if is_unique { told("values may be there twice from then on") } else { Vec::new() }, false)
        }
        Operation::DropConstraint(op) => {
            let table = before.table(&op.table);
            let constraints = table.map(trueup_schema::Table::constraints).unwrap_or_default();
            let is_key = constraints.iter().any(|constraint| {
                matches!(constraint, Constraint::PrimaryKey(_) | Constraint::Unique(_))
                    && (op.name.is_some() && constraint.name() == op.name.as_deref())
            });
            (if is_key { told("values may be there twice from then on") } else { Vec::new() }, false)
        }
        _ => (Vec::new(), false),
    }
}

fn altered(op: &AlterColumn, before: &Schema) -> (Vec<String>, bool) {
    let Some(column) = before.table(&op.table).and_then(|table| table.column(&op.column)) else {
        return (Vec::new(), false);
    };
    let mut found = Vec::new();
    let mut loses = false;
    if let Some(new) = &op.column_type {
        match column.column_type.conversion_to(new) {
            Conversion::Lossless => {}
            Conversion::Lossy(why) => {
                loses = true;
                found.push(why.to_owned());
            }
            Conversion::Unknown => found.push("what becomes of its values is not known".to_owned()),
        }
    }
    if op.nullable == Some(false) && column.nullable {
        found.push("refused where it is NULL".to_owned());
    }
    (found, loses)
}
