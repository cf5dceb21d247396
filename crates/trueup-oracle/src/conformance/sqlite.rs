//! One case on a real SQLite.

use anyhow::{Context as _, Result};
use rusqlite::Connection;
use tempfile::TempDir;
use trueup_schema::{Dialect, ObjectName, Operation, Schema, diff};
use trueup_sql::{RebuildInput, RebuildStep, Stored, StoredColumn, rebuild};

use super::Outcome;
use super::case::Case;
use crate::corpus::{dump, inspected, sqlite};

/// One state in a file of its own.
struct State {
    folder: TempDir,
    schema: Schema,
    objects: dump::Objects,
}

impl State {
    fn url(&self) -> String {
        format!("sqlite:///{}", self.folder.path().join("database.sqlite").display())
    }

    fn connection(&self) -> Result<Connection> {
        Ok(Connection::open(self.folder.path().join("database.sqlite"))?)
    }
}

/// Tries a case there and back.
pub(super) fn tried(case: &Case) -> Result<Outcome> {
    let mut states = Vec::new();
    for (name, text) in [("a", &case.a), ("b", &case.b)] {
        match state(text)? {
            Ok(state) => states.push(state),
            Err(reason) => return Ok(Outcome::Skipped(format!("`{name}` does not load: {reason}"))),
        }
    }
    for (direction, from, to) in [("a to b", &states[0], &states[1]), ("b to a", &states[1], &states[0])] {
        if let Some((cause, details)) = led(from, to)? {
            return Ok(Outcome::failed(format!("{direction}: {cause}"), details));
        }
    }
    Ok(Outcome::Passed)
}

fn state(sql: &str) -> Result<Result<State, String>> {
    let folder = tempfile::tempdir()?;
    let connection = Connection::open(folder.path().join("database.sqlite"))?;
    if let Err(error) = connection.execute_batch(sql) {
        return Ok(Err(error.to_string()));
    }
    let objects = sqlite::objects(&connection)?;
    drop(connection);
    let schema = Schema::new(Dialect::Sqlite);
    let mut state = State { folder, schema, objects };
    state.schema = inspected(&state.url())?;
    Ok(Ok(state))
}

/// Applies the difference; returns what is wrong then.
fn led(from: &State, to: &State) -> Result<Option<(String, String)>> {
    let operations = diff(&from.schema, &to.schema);
    let connection = from.connection()?;
    let mut told = String::new();
    for step in steps(&operations) {
        let statements = match &step {
            Step::Plain(operation) => operation.to_sql(Dialect::Sqlite),
            Step::Batch(table, batch) => match rebuilt(&connection, table, batch) {
                Ok(statements) => statements,
                Err(error) => {
                    return Ok(Some((format!("not rebuilt: {error:#}"), format!("{operations:#?}"))));
                }
            },
        };
        if statements.is_empty() {
            return Ok(Some((format!("no SQL: {step:?}"), format!("{operations:#?}"))));
        }
        for statement in statements {
            told.push_str(&statement);
            told.push_str(";\n");
            if let Err(error) = connection.execute_batch(&statement) {
                return Ok(Some((format!("refused: {error}"), told)));
            }
        }
    }
    let found = dump::differences(&to.objects, &sqlite::objects(&connection)?);
    drop(connection);
    let found: Vec<String> =
        found.into_iter().filter(|difference| !difference.starts_with("order TABLE ")).collect();
    if let Some(first) = found.first() {
        return Ok(Some((first.clone(), format!("{}\n\nafter\n{told}", found.join("\n")))));
    }
    let rest = diff(&inspected(&from.url())?, &to.schema);
    Ok(rest
        .first()
        .map(|first| (format!("not done: {}", first.name()), format!("{rest:#?}\n\nafter\n{told}"))))
}

/// An operation with statements of its own, or changes of one table that are made together.
#[derive(Debug)]
enum Step<'a> {
    Plain(&'a Operation),
    Batch(ObjectName, Vec<Operation>),
}

fn steps(operations: &[Operation]) -> Vec<Step<'_>> {
    let mut out: Vec<Step<'_>> = Vec::new();
    for operation in operations {
        let Some(table) = changed_table(operation) else {
            out.push(Step::Plain(operation));
            continue;
        };
        // Changes of different tables do not get in each other's way.
        let open = out.iter_mut().rev().map_while(|step| match step {
            Step::Batch(name, batch) => Some((name, batch)),
            Step::Plain(_) => None,
        });
        match open.into_iter().find(|(name, _)| **name == *table) {
            Some((_, batch)) => batch.push(operation.clone()),
            None => out.push(Step::Batch(table.clone(), vec![operation.clone()])),
        }
    }
    out
}

/// Returns the table that an operation changes, if that may need a table that is made anew.
fn changed_table(operation: &Operation) -> Option<&ObjectName> {
    match operation {
        Operation::AddColumn(op) => Some(&op.table),
        Operation::DropColumn(op) => Some(&op.table),
        Operation::AlterColumn(op) => Some(&op.table),
        Operation::RenameColumn(op) => Some(&op.table),
        Operation::AddConstraint(op) => Some(&op.table),
        Operation::DropConstraint(op) => Some(&op.table),
        Operation::RenameConstraint(op) => Some(&op.table),
        Operation::AlterTable(op) => Some(&op.table),
        _ => None,
    }
}

/// Returns the statements that make a table anew, or change it where that is enough.
fn rebuilt(connection: &Connection, table: &ObjectName, batch: &[Operation]) -> Result<Vec<String>> {
    let stored = |condition: &str| -> Result<Vec<Stored>> {
        let sql = format!(
            "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND {condition} ORDER BY rowid"
        );
        let mut statement = connection.prepare(&sql)?;
        let rows = statement.query_map([], |row| Ok(Stored { name: row.get(0)?, sql: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let literal = format!("'{}'", table.name.replace('\'', "''"));
    let own = stored(&format!("type = 'table' AND name = {literal}"))?;
    let sql = &own.first().context("there is no such table")?.sql;
    let mut statement = connection.prepare("SELECT name, hidden FROM pragma_table_xinfo(?1)")?;
    let columns = statement
        .query_map([&table.name], |row| Ok(StoredColumn { name: row.get(0)?, hidden: row.get(1)? }))?;
    let input = RebuildInput {
        indexes: stored(&format!("type = 'index' AND tbl_name = {literal}"))?,
        triggers: stored(&format!("type = 'trigger' AND tbl_name = {literal}"))?,
        views: stored("type = 'view'")?,
        other_triggers: stored(&format!("type = 'trigger' AND tbl_name <> {literal}"))?,
        names: stored("1")?.into_iter().map(|stored| stored.name).collect(),
        operations: batch.to_vec(),
        ..RebuildInput::new(table.clone(), sql.clone(), columns.collect::<Result<_, _>>()?)
    };
    let planned = rebuild(&input)?;
    let mut out = planned.before.clone();
    for step in &planned.steps {
        match step {
            RebuildStep::Run(sql) => out.push(sql.clone()),
            RebuildStep::Check(_) => {}
        }
    }
    out.extend(planned.after);
    Ok(out)
}
