//! Changes that SQLite has no `ALTER TABLE` for: all operations on such a table are carried out at once.

use trueup_db::{StoredObject, needs_no_transaction};
use trueup_schema::ops::{
    Constraint, CreateIndex, CreateTable, CreateTrigger, CreateView, DropConstraint, DropIndex,
};
use trueup_schema::{Dialect, Generated, ObjectName, Operation, Schema, Table};
use trueup_sql::{RebuildInput, RebuildMethod, Stored, StoredColumn};

use super::plan::Statement;
use crate::pipelines::source::{More, Source};

/// The statements that make a table anew.
pub(super) struct Rebuilt {
    pub(super) statements: Vec<Statement>,
    /// Whether rows are copied; else plain statements do.
    pub(super) is_copy: bool,
    /// What is worth knowing.
    pub(super) notices: Vec<String>,
}

/// Returns the tables with an operation that the dialect has no statement for.
pub(super) fn tables(dialect: Dialect, operations: &[Operation]) -> Vec<ObjectName> {
    let lacking = operations.iter().filter(|operation| !operation.supported(dialect));
    let mut found: Vec<ObjectName> = lacking.filter_map(table_of).cloned().collect();
    found.dedup();
    found
}

/// Returns the table that an operation changes, where that can be done while the table is made anew.
///
/// Triggers are left alone: a difference drops them before and creates them after everything that they may read.
pub(super) fn table_of(operation: &Operation) -> Option<&ObjectName> {
    match operation {
        Operation::AddColumn(op) => Some(&op.table),
        Operation::DropColumn(op) => Some(&op.table),
        Operation::AlterColumn(op) => Some(&op.table),
        Operation::AddConstraint(op) => Some(&op.table),
        Operation::DropConstraint(op) => Some(&op.table),
        Operation::RenameConstraint(op) => Some(&op.table),
        Operation::CreateIndex(op) => Some(&op.table),
        Operation::DropIndex(op) => op.table.as_ref(),
        Operation::AlterTable(op) => Some(&op.table),
        _ => None,
    }
}

/// Returns the statements that carry operations out on a table of a source, as it is `before` them.
pub(super) fn rebuild(
    from: &Source,
    before: &Schema,
    table: &ObjectName,
    operations: &[Operation],
) -> Result<Rebuilt, String> {
    let known = before.table(table).ok_or_else(|| "it is not there".to_owned())?;
    let written;
    let stored: &[StoredObject] = match &from.more {
        More::Stored(stored) => stored,
        _ => {
            written = written_of(before);
            &written
        }
    };
    // Views and triggers that the steps before have dropped are still among the stored ones.
    let is_there = |object: &StoredObject| match object.kind.as_str() {
        "view" => before.views.keys().any(|name| same(&name.name, &object.name)),
        "trigger" => {
            let of_tables = before.tables.values().flat_map(|table| &table.triggers);
            let mut all = of_tables.chain(before.views.values().flat_map(|view| &view.triggers));
            all.any(|trigger| same(&trigger.name, &object.name))
        }
        _ => true,
    };
    let stored: Vec<&StoredObject> = stored.iter().filter(|object| is_there(object)).collect();
    let of = |is_wanted: &dyn Fn(&StoredObject) -> bool| -> Vec<Stored> {
        let wanted = stored.iter().filter(|object| is_wanted(object));
        wanted
            .filter_map(|object| Some(Stored { name: object.name.clone(), sql: object.sql.clone()? }))
            .collect()
    };
    let own = of(&|object| object.kind == "table" && same(&object.name, &table.name));
    let sql = own.into_iter().next().ok_or_else(|| "the database stores no statement for it".to_owned())?.sql;
    let mut input = RebuildInput::new(table.clone(), sql, columns(known));
    input.indexes = of(&|object| object.kind == "index" && same(&object.table, &table.name));
    input.triggers = of(&|object| object.kind == "trigger" && same(&object.table, &table.name));
    input.views = of(&|object| object.kind == "view");
    input.other_triggers = of(&|object| object.kind == "trigger" && !same(&object.table, &table.name));
    input.names = stored.iter().map(|object| object.name.clone()).collect();
    input.operations = gone_with_columns(before, known, operations);
    input.operations.extend(operations.iter().cloned());
    // Whoever runs the statements may enforce them, and dropping the old table would then delete rows of others.
    input.foreign_keys_enforced = true;
    let planned = trueup_sql::rebuild(&input).map_err(|refusal| refusal.to_string())?;
    let dialect = before.dialect;
    let outside = |sql: &String| Statement { sql: sql.clone(), outside_transaction: true };
    let inside = planned.statements().map(|sql| Statement {
        sql: sql.to_owned(),
        outside_transaction: needs_no_transaction(dialect, sql),
    });
    let statements =
        planned.before.iter().map(outside).chain(inside).chain(planned.after.iter().map(outside));
    Ok(Rebuilt {
        statements: statements.collect(),
        is_copy: planned.method == RebuildMethod::Copy,
        notices: planned.notices.clone(),
    })
}

/// Returns operations that drop what goes with a column without being named.
///
/// A difference leaves that to the server; SQLite wants it said before it makes a table without the column.
fn gone_with_columns(before: &Schema, known: &Table, operations: &[Operation]) -> Vec<Operation> {
    let mut after = before.clone();
    for operation in operations {
        // What cannot be carried out is refused where the table is made anew, with the reason.
        let _ = operation.apply(&mut after);
    }
    let Some(remaining) = after.table(&known.name) else { return Vec::new() };
    let is_named = |constraint: &Constraint| {
        operations.iter().any(|operation| match operation {
            Operation::DropConstraint(op) => match &op.name {
                Some(name) => constraint.name() == Some(name),
                None => constraint.columns() == op.columns,
            },
            Operation::RenameConstraint(op) => constraint.name() == Some(op.name.as_str()),
            _ => false,
        })
    };
    let kept = remaining.constraints();
    let constraints = known.constraints().into_iter().filter(|old| !kept.contains(old) && !is_named(old));
    let constraints = constraints.map(|old| {
        let columns = match &old {
            Constraint::Check(check) => check.expr.identifiers(),
            other => other.columns().to_vec(),
        };
        Operation::from(DropConstraint {
            table: known.name.clone(),
            name: old.name().map(str::to_owned),
            kind: Some(old.kind()),
            columns,
            if_exists: false,
            cascade: false,
        })
    });
    let is_dropped = |index: &str| {
        operations
            .iter()
            .any(|operation| matches!(operation, Operation::DropIndex(op) if op.index.name == index))
    };
    let indexes =
        known.indexes.iter().filter(|old| !remaining.indexes.contains(old) && !is_dropped(&old.name));
    let indexes = indexes.map(|old| {
        Operation::from(DropIndex {
            index: known.name.sibling(old.name.as_str()),
            table: Some(known.name.clone()),
            concurrently: false,
            if_exists: false,
            cascade: false,
        })
    });
    indexes.chain(constraints).collect()
}

fn same(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

fn columns(table: &Table) -> Vec<StoredColumn> {
    let hidden = |generated: &Option<Generated>| match generated {
        Some(Generated::Computed(computed)) if computed.stored => 3,
        Some(Generated::Computed(_)) => 2,
        _ => 0,
    };
    let columns = table.columns.iter();
    columns
        .map(|column| StoredColumn { name: column.name.clone(), hidden: hidden(&column.generated) })
        .collect()
}

/// Returns what SQLite would store of a schema that no database has.
fn written_of(schema: &Schema) -> Vec<StoredObject> {
    let mut all = Vec::new();
    let mut add = |kind: &str, name: &str, table: &str, operation: Operation| {
        all.extend(operation.to_sql(schema.dialect).into_iter().next().map(|sql| StoredObject {
            kind: kind.to_owned(),
            name: name.to_owned(),
            table: table.to_owned(),
            sql: Some(sql),
        }));
    };
    for table in schema.tables.values() {
        let name = &table.name.name;
        let bare = Table { indexes: Vec::new(), triggers: Vec::new(), ..Table::clone(table) };
        add("table", name, name, CreateTable { table: bare, if_not_exists: false }.into());
        for index in &table.indexes {
            let op = CreateIndex {
                table: table.name.clone(),
                index: index.clone(),
                concurrently: false,
                if_not_exists: false,
            };
            add("index", &index.name, name, op.into());
        }
        for trigger in &table.triggers {
            let op = CreateTrigger {
                table: table.name.clone(),
                trigger: trigger.clone(),
                or_replace: false,
                if_not_exists: false,
            };
            add("trigger", &trigger.name, name, op.into());
        }
    }
    for view in schema.views.values() {
        let op = CreateView { view: view.clone(), or_replace: false, if_not_exists: false };
        add("view", &view.name.name, &view.name.name, op.into());
    }
    all
}
