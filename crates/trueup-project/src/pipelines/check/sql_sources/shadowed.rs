//! `IF NOT EXISTS` that hides something else under the same name.
//!
//! The server says "skipping" and goes on. That is right where the object is the one that was meant; it is a trap where
//! two files mean different things: the later one believes in columns or indexes that nobody ever made.

use trueup_lint::Cause;
use trueup_schema::diff::{Compare, Difference, DifferenceKind, compare};
use trueup_schema::ops::{AddColumn, CreateIndex, CreateTable};
use trueup_schema::{
    Diagnostic, Index, ObjectKind, ObjectName, ObjectRef, Operation, Schema, Severity, Table,
};

use super::replay::Statement;
use super::{finding, list, table_cause};

/// An operation that the server skips.
pub(super) enum Skipped<'a> {
    Table(&'a CreateTable),
    Index(&'a CreateIndex),
    Column(&'a AddColumn),
}

/// Returns the operation if the server would skip it, because its name is taken.
pub(super) fn skipped<'a>(schema: &Schema, operation: &'a Operation) -> Option<Skipped<'a>> {
    match operation {
        Operation::CreateTable(op) if op.if_not_exists => {
            schema.relation(&op.table.name).map(|_| Skipped::Table(op))
        }
        Operation::CreateIndex(op) if op.if_not_exists && !op.index.name.is_empty() => {
            // Without its table the statement fails instead.
            let is_there = schema.table(&op.table).is_some() || schema.views.contains_key(&op.table);
            let name = op.table.sibling(op.index.name.as_str());
            schema.relation(&name).filter(|_| is_there).map(|_| Skipped::Index(op))
        }
        Operation::AddColumn(op) if op.if_not_exists => {
            let table = schema.table(&op.table)?;
            table.column(&op.column.name).map(|_| Skipped::Column(op))
        }
        _ => None,
    }
}

type Found = Option<(Diagnostic, Vec<Cause>)>;

impl Skipped<'_> {
    /// Returns what is reported, and what that explains; nothing if the object is the one that was meant.
    pub(super) fn finding(&self, schema: &Schema, statement: &Statement<'_>) -> Found {
        match self {
            Self::Table(op) => table(schema, op, statement),
            Self::Index(op) => index(schema, op, statement),
            Self::Column(op) => column(schema, op, statement),
        }
    }
}

fn table(schema: &Schema, op: &CreateTable, statement: &Statement<'_>) -> Found {
    let name = &op.table.name;
    let about = ObjectRef::new(ObjectKind::Table, name.to_string());
    let Some(existing) = schema.table(name) else {
        let kind = schema.relation(name)?.kind.words();
        let message = format!("`CREATE TABLE IF NOT EXISTS {name}` is skipped: there is {kind} of that name");
        let finding = finding("duplicate-table-definition", message)
            .at(Some(statement.place()))
            .about(about)
            .help("give one of the two another name");
        return Some((finding, vec![table_cause(name)]));
    };
    let differences = differences(schema, op)?;
    if differences.is_empty() {
        return None;
    }
    let told = Told::of(&differences);
    let message = format!(
        "`CREATE TABLE IF NOT EXISTS {name}` is skipped, because the table exists with another definition: {}",
        told.prose()
    );
    let explains = told
        .missing
        .iter()
        .map(|column| Cause::Object(ObjectKind::Column, format!("{name}.{column}")))
        .collect();
    let mut finding = finding("duplicate-table-definition", message)
        .at(Some(statement.place()))
        .about(about)
        .evidence("missing_columns", told.missing)
        .evidence("columns_that_differ", told.different)
        .evidence("missing_constraints", told.constraints)
        .related(existing.origin.location(), "the definition that counts")
        .help("keep one definition, and change the table with ALTER TABLE where it has to be different");
    for difference in differences.iter().filter(|difference| difference.object.kind == ObjectKind::Column) {
        if let DifferenceKind::Changed { property, expected, actual } = &difference.kind {
            let note = format!("`{}` has {property} {actual} here, not {expected}", difference.object.name);
            finding = finding.related(difference.actual_origin.location(), note);
        }
    }
    Some((finding, explains))
}

/// What is different, by what it means for the file that was skipped.
#[derive(Default)]
struct Told {
    missing: Vec<String>,
    different: Vec<String>,
    constraints: Vec<String>,
}

impl Told {
    fn of(differences: &[Difference]) -> Self {
        let mut told = Self::default();
        for difference in differences {
            let name = difference.object.name.clone();
            let list = match (difference.object.kind, &difference.kind) {
                (ObjectKind::Column, DifferenceKind::Removed) => &mut told.missing,
                (ObjectKind::Column, _) => &mut told.different,
                _ => &mut told.constraints,
            };
            let name = if name.is_empty() { difference.object.kind.words() } else { name };
            if !list.contains(&name) {
                list.push(name);
            }
        }
        told
    }

    fn prose(&self) -> String {
        let quoted =
            |names: &[String]| list(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>());
        let verb = |names: &[String], one: &'static str, many: &'static str| {
            if names.len() == 1 { one } else { many }
        };
        let mut parts = Vec::new();
        if !self.missing.is_empty() {
            parts.push(format!("{} {} not exist", quoted(&self.missing), verb(&self.missing, "does", "do")));
        }
        if !self.different.is_empty() {
            parts.push(format!(
                "{} {} different",
                quoted(&self.different),
                verb(&self.different, "is", "are")
            ));
        }
        if !self.constraints.is_empty() {
            let verb = verb(&self.constraints, "is", "are");
            parts.push(format!("the constraints {} {verb} not there", quoted(&self.constraints)));
        }
        parts.join("; ")
    }
}

/// Returns what the skipped definition has and the table has not; what the table has beyond it does no harm.
///
/// `None` when the definition itself cannot be carried out, and so cannot be compared.
fn differences(schema: &Schema, op: &CreateTable) -> Option<Vec<Difference>> {
    let name = &op.table.name;
    let existing = schema.table(name)?;
    let referenced = |table: &Table| -> Vec<ObjectName> {
        table.foreign_keys.iter().map(|key| key.referenced_table.clone()).collect()
    };
    let mut needed = referenced(existing);
    needed.extend(referenced(&op.table));
    needed.extend(op.table.inherits.iter().cloned());
    needed.extend(op.table.partition_of.iter().map(|(parent, _)| parent.clone()));
    let mut actual = schema.clone();
    actual.tables.retain(|other| other.name == *name || needed.contains(&other.name));
    let mut expected = actual.clone();
    expected.tables.shift_remove(name);
    let create = CreateTable { table: op.table.clone(), if_not_exists: false };
    trueup_schema::ops::Op::apply(&create, &mut expected).ok()?;
    let options = Compare { by_meaning: true, ..Compare::default() };
    let mut found = compare(&expected, &actual, &options);
    let table = name.to_string();
    found.retain(|difference| {
        let is_its = difference.object.table.as_deref() == Some(table.as_str());
        let matters = match &difference.kind {
            DifferenceKind::Removed => true,
            DifferenceKind::Changed { property, .. } => *property != "comment" && *property != "position",
            DifferenceKind::Added | DifferenceKind::Unknown { .. } => false,
        };
        let kind = matches!(
            difference.object.kind,
            ObjectKind::Column
                | ObjectKind::PrimaryKey
                | ObjectKind::ForeignKey
                | ObjectKind::Unique
                | ObjectKind::Check
                | ObjectKind::Exclude
        );
        is_its && matters && kind && difference.severity > Severity::Info
    });
    Some(found)
}

fn index(schema: &Schema, op: &CreateIndex, statement: &Statement<'_>) -> Found {
    let name = op.table.sibling(op.index.name.as_str());
    let relation = schema.relation(&name)?;
    let indexes = match (schema.table(&op.table), schema.views.get(&op.table)) {
        (Some(table), _) => table.indexes.as_slice(),
        (None, Some(view)) => view.indexes.as_slice(),
        (None, None) => &[],
    };
    let key = schema.table(&op.table).is_some_and(|table| key_serves(table, &op.index));
    if key || indexes.iter().any(|existing| same(existing, &op.index)) {
        return None;
    }
    let owner = relation.table.as_ref();
    let wanted = columns(&op.index);
    let existing = owner.and_then(|owner| schema.table(owner)).and_then(|table| table.index(&op.index.name));
    let taken = match (owner, existing) {
        (Some(owner), Some(existing)) => format!("an index on `{owner}` ({})", columns(existing)),
        (Some(owner), None) => format!("{} of `{owner}`", relation.kind.words()),
        (None, _) => format!("a {}", relation.kind.words()),
    };
    let message = format!(
        "index `{}` on `{}` ({wanted}) is never made: the name belongs to {taken}, and `IF NOT EXISTS` skips it",
        op.index.name, op.table
    );
    let place = existing
        .and_then(|existing| existing.origin.location())
        .or_else(|| owner.and_then(|owner| schema.table(owner)).and_then(|table| table.origin.location()));
    let finding = finding("lost-index", message)
        .at(Some(statement.place()))
        .about(ObjectRef::of_table(ObjectKind::Index, op.index.name.as_str(), op.table.to_string()))
        .related(place, "what has the name")
        .help(format!("give it a name of its own, such as `{}_{}`", op.table.name, op.index.name));
    Some((finding, vec![Cause::Object(ObjectKind::Index, op.index.name.clone())]))
}

/// Tells whether two indexes do the same, whatever they are called.
fn same(existing: &Index, wanted: &Index) -> bool {
    let plain = |index: &Index| Index { name: String::new(), comment: None, ..index.clone() };
    existing.valid && plain(existing) == plain(wanted)
}

/// Tells whether a key of the table does what the index is for.
fn key_serves(table: &Table, wanted: &Index) -> bool {
    let names: Vec<&str> = wanted
        .parts
        .iter()
        .filter_map(|part| match &part.key {
            trueup_schema::IndexKey::Column(name) => Some(name.as_str()),
            trueup_schema::IndexKey::Expression(_) => None,
        })
        .collect();
    let same = |columns: &[String]| columns.iter().map(String::as_str).eq(names.iter().copied());
    let is_plain =
        names.len() == wanted.parts.len() && wanted.predicate.is_none() && wanted.method == "btree";
    is_plain
        && (table.primary_key.as_ref().is_some_and(|key| same(&key.columns))
            || table.uniques.iter().any(|unique| same(&unique.columns)))
}

fn columns(index: &Index) -> String {
    let parts = index.parts.iter().map(|part| match &part.key {
        trueup_schema::IndexKey::Column(name) => name.clone(),
        trueup_schema::IndexKey::Expression(expr) => expr.text().to_owned(),
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn column(schema: &Schema, op: &AddColumn, statement: &Statement<'_>) -> Found {
    let existing = schema.table(&op.table)?.column(&op.column.name)?;
    let mut scratch = schema.clone();
    let table = scratch.table_mut(&op.table)?;
    table.columns.retain(|column| column.name != op.column.name);
    let add = AddColumn { if_not_exists: false, ..op.clone() };
    trueup_schema::ops::Op::apply(&add, &mut scratch).ok()?;
    let wanted = scratch.table(&op.table)?.column(&op.column.name)?;
    if wanted.column_type == existing.column_type {
        return None;
    }
    let message = format!(
        "`ADD COLUMN IF NOT EXISTS {}` is skipped, because `{}` has the column with type {} instead of {}",
        op.column.name, op.table, existing.column_type, wanted.column_type
    );
    let finding = finding("duplicate-table-definition", message)
        .at(Some(statement.place()))
        .about(ObjectRef::of_table(ObjectKind::Column, op.column.name.as_str(), op.table.to_string()))
        .related(existing.origin.location(), "the definition that counts")
        .help("write ALTER COLUMN … TYPE if the type has to change");
    Some((finding, Vec::new()))
}
