//! The operations of each revision beside those that real Alembic invoked.
//!
//! The stored truth has, per revision, Alembic's operation objects and the SQL that was sent. Both sides are reduced to
//! short texts such as `add_column t.c null`. What Alembic invoked must be ours; what is ours beyond that must show in
//! the SQL that was sent, since statements of `op.execute` are operations to us and only texts to Alembic.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Map, Value};
use trueup_alembic::replay::{Replay, ReplayedRevision};
use trueup_schema::Operation;
use trueup_schema::ops::{Constraint, DropConstraint};

/// One revision of the stored truth.
#[derive(Deserialize)]
struct Invoked {
    rev: String,
    ops: Vec<(String, Map<String, Value>, Value)>,
    sql: Vec<String>,
}

/// Compares all revisions; returns how many there are on the other side and what differs, one line for each revision.
pub fn compare(truth: &str, replay: &Replay) -> Result<(usize, Vec<String>)> {
    let invoked: Vec<Invoked> = serde_json::from_str(truth).context("the stored operations")?;
    let ours: BTreeMap<&str, &ReplayedRevision> =
        replay.revisions.iter().map(|revision| (revision.id.as_str(), revision)).collect();
    let mut differences = Vec::new();
    for revision in &invoked {
        let problem = match ours.get(revision.rev.as_str()) {
            Some(found) => difference(revision, found),
            None => Some("not replayed".to_owned()),
        };
        differences.extend(problem.map(|problem| format!("{}: {problem}", revision.rev)));
    }
    Ok((invoked.len(), differences))
}

fn difference(invoked: &Invoked, ours: &ReplayedRevision) -> Option<String> {
    let recorded =
        ours.operations.iter().filter(|recorded| !recorded.implied).map(|recorded| &recorded.operation);
    let failed = ours.failures.iter().chain(&ours.swallowed).filter_map(|failure| failure.operation.as_ref());
    let ours: BTreeSet<Told> = recorded.chain(failed).filter_map(told).collect();
    let (mut certain, mut possible) = (BTreeSet::new(), BTreeSet::new());
    for (kind, fields, _) in &invoked.ops {
        let Some(told) = told_of(kind, fields) else { continue };
        // Alembic's object is stored without what is false: an alteration without any change may be `nullable=False`.
        let is_certain = kind != "AlterColumnOp" || fields.keys().any(|key| key.starts_with("modify_"));
        if is_certain {
            certain.insert(told.clone());
        }
        possible.insert(told);
    }
    let sent = invoked.sql.join("\n").to_lowercase();
    let missing = certain.difference(&ours).map(|told| format!("not ours: {}", told.text));
    let surplus = ours.difference(&possible).filter(|told| !sent.contains(&told.object.to_lowercase()));
    let surplus = surplus.map(|told| format!("only ours: {}", told.text));
    let all: Vec<String> = missing.chain(surplus).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// An operation in few words, and the object it is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    text: String,
    object: String,
}

fn short(verb: &str, table: &str, rest: &str, object: &str) -> Told {
    Told { text: format!("{verb} {table}{rest}"), object: object.to_owned() }
}

fn null_word(nullable: bool) -> &'static str {
    if nullable { "null" } else { "not null" }
}

/// One of our operations, if Alembic has an object for it.
fn told(operation: &Operation) -> Option<Told> {
    Some(match operation {
        Operation::CreateTable(op) => {
            let name = &op.table.name.name;
            // Columns of a key are nullable to Alembic until the key is made.
            let columns: Vec<&str> = op.table.columns.iter().map(|column| column.name.as_str()).collect();
            short("create_table", name, &format!(" ({})", columns.join(", ")), name)
        }
        Operation::DropTable(op) => short("drop_table", &op.table.name, "", &op.table.name),
        Operation::RenameTable(op) => {
            short("rename_table", &op.table.name, &format!(" to {}", op.new_name.name), &op.table.name)
        }
        Operation::AddColumn(op) => {
            let rest = format!(".{} {}", op.column.name, null_word(op.column.nullable));
            short("add_column", &op.table.name, &rest, &op.column.name)
        }
        Operation::DropColumn(op) => {
            short("drop_column", &op.table.name, &format!(".{}", op.column), &op.column)
        }
        Operation::AlterColumn(op) => {
            short("alter_column", &op.table.name, &format!(".{}", op.column), &op.column)
        }
        Operation::RenameColumn(op) => {
            short("alter_column", &op.table.name, &format!(".{}", op.column), &op.column)
        }
        Operation::CreateIndex(op) => {
            let unique = if op.index.unique { " unique" } else { "" };
            let name = told_name(&op.index.name);
            short("create_index", &name, unique, &name)
        }
        Operation::DropIndex(op) => {
            let name = told_name(&op.index.name);
            short("drop_index", &name, "", &name)
        }
        Operation::AddConstraint(op) => {
            let (kind, columns) = match &op.constraint {
                Constraint::PrimaryKey(key) => ("primary_key", key.columns.join(", ")),
                Constraint::ForeignKey(key) => ("foreign_key", key.columns.join(", ")),
                Constraint::Unique(key) => ("unique", key.columns.join(", ")),
                Constraint::Check(_) => ("check", String::new()),
                Constraint::Exclude(_) => return None,
            };
            short("add_constraint", &op.table.name, &format!(" {kind} ({columns})"), &op.table.name)
        }
        Operation::DropConstraint(DropConstraint { table, .. }) => {
            short("drop_constraint", &table.name, "", &table.name)
        }
        _ => return None,
    })
}

/// One of Alembic's operations.
fn told_of(kind: &str, fields: &Map<String, Value>) -> Option<Told> {
    let text = |key: &str| told_name(fields.get(key).and_then(Value::as_str).unwrap_or_default());
    let names = |key: &str| {
        let list = fields.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
    };
    let constraint = |table: &str, kind: &str, columns: String| {
        short("add_constraint", &text(table), &format!(" {kind} ({columns})"), &text(table))
    };
    Some(match kind {
        "CreateTableOp" => {
            let items = fields.get("columns").and_then(Value::as_array).into_iter().flatten();
            let columns: Vec<String> = items.filter_map(column).map(|(name, _)| name).collect();
            let name = text("table_name");
            short("create_table", &name, &format!(" ({})", columns.join(", ")), &name)
        }
        "DropTableOp" => short("drop_table", &text("table_name"), "", &text("table_name")),
        "RenameTableOp" => {
            let rest = format!(" to {}", text("new_table_name"));
            short("rename_table", &text("table_name"), &rest, &text("table_name"))
        }
        "AddColumnOp" => {
            let (name, nullable) = column(fields.get("column")?)?;
            let rest = format!(".{name} {}", null_word(nullable));
            short("add_column", &text("table_name"), &rest, &name)
        }
        "DropColumnOp" => {
            let rest = format!(".{}", text("column_name"));
            short("drop_column", &text("table_name"), &rest, &text("column_name"))
        }
        "AlterColumnOp" => {
            let rest = format!(".{}", text("column_name"));
            short("alter_column", &text("table_name"), &rest, &text("column_name"))
        }
        "CreateIndexOp" => {
            let unique =
                if fields.get("unique").and_then(Value::as_bool) == Some(true) { " unique" } else { "" };
            short("create_index", &text("index_name"), unique, &text("index_name"))
        }
        "DropIndexOp" => short("drop_index", &text("index_name"), "", &text("index_name")),
        "CreatePrimaryKeyOp" => constraint("table_name", "primary_key", names("columns")),
        "CreateUniqueConstraintOp" => constraint("table_name", "unique", names("columns")),
        "CreateForeignKeyOp" => constraint("source_table", "foreign_key", names("local_cols")),
        "CreateCheckConstraintOp" => constraint("table_name", "check", String::new()),
        "DropConstraintOp" => short("drop_constraint", &text("table_name"), "", &text("table_name")),
        _ => return None,
    })
}

/// Long names are cut by SQLAlchemy, and ours are cut already.
fn told_name(name: &str) -> String {
    if name.len() >= 60 { name.chars().take(55).collect() } else { name.to_owned() }
}

/// `["Column", name, type, nullable, …]`
fn column(item: &Value) -> Option<(String, bool)> {
    let fields = item.as_array().filter(|fields| fields.first().and_then(Value::as_str) == Some("Column"))?;
    Some((fields.get(1)?.as_str()?.to_owned(), fields.get(3)?.as_bool()?))
}
