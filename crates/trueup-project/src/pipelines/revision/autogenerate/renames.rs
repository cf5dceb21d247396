//! Renames: a difference does not tell one from a drop beside something new, and the wrong guess loses data.

use trueup_schema::diff::DifferenceKind;
use trueup_schema::ops::{RenameColumn, RenameTable};
use trueup_schema::{Column, ObjectKind, ObjectName, Operation, Schema, Table};

use super::adopt::counts;
use crate::pipelines::check::compared::Compared;
use crate::pipelines::revision::refused;
use crate::report::Failure;

/// Something that goes: a table, or a column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Thing {
    table: ObjectName,
    column: Option<String>,
}

impl std::fmt::Display for Thing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.column {
            Some(column) => write!(formatter, "{}.{column}", self.table),
            None => write!(formatter, "{}", self.table),
        }
    }
}

/// Answers to whether something was renamed.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// `--rename old=new`.
    pub renames: Vec<String>,
    /// `--drop old`.
    pub drops: Vec<String>,
}

/// Returns the renames that were asked for, as operations on the schema before the revision.
///
/// # Errors
/// When an answer names nothing that goes, or when something looks like a rename and there is no answer.
pub(super) fn renames(compared: &Compared<'_>, answers: &Answers) -> Result<Vec<Operation>, Failure> {
    let before = &compared.before;
    let mut operations: Vec<Operation> = Vec::new();
    let mut schema = before.clone();
    // Tables first, so that columns can be named in their new table as well as in their old one.
    for columns in [false, true] {
        for answer in &answers.renames {
            let (old, new) = answer.split_once('=').ok_or_else(|| {
                refused(format!("`--rename {answer}` has no `=`"), "write `--rename users.name=full_name`")
            })?;
            let thing = thing(&schema, old.trim()).or_else(|| thing(before, old.trim()));
            let Some(thing) = thing else {
                return Err(refused(
                    format!("`--rename {answer}`: there is no table or column `{}`", old.trim()),
                    "name it as the revisions do: `table=new`, `table.column=new`",
                ));
            };
            if thing.column.is_some() != columns {
                continue;
            }
            let operation = operation(compared, &thing, new.trim(), &operations)?;
            operation
                .apply(&mut schema)
                .map_err(|error| refused(format!("`--rename {answer}`: {error}"), "nothing was written"))?;
            operations.push(operation);
        }
    }
    for answer in &answers.drops {
        if thing(&schema, answer.trim()).is_none() {
            return Err(refused(
                format!("`--drop {answer}`: there is no table or column of that name"),
                "name it as the revisions do: `table`, `table.column`",
            ));
        }
    }
    let open = open_questions(compared, &schema, answers);
    if let Some((old, new)) = open.first() {
        let more = open.len() - 1;
        let also = match more {
            0 => String::new(),
            1 => "; so does one other".to_owned(),
            more => format!("; so do {more} others"),
        };
        let target = new.column.clone().unwrap_or_else(|| new.table.to_string());
        return Err(refused(
            format!("`{old}` goes and `{new}` comes, which looks like a rename{also}"),
            format!("say which: `--rename {old}={target}` keeps its data, `--drop {old}` does not"),
        ));
    }
    Ok(operations)
}

/// Returns the table or column that a name stands for.
fn thing(schema: &Schema, text: &str) -> Option<Thing> {
    let table = |text: &str| schema.tables.keys().find(|name| name.to_string() == text).cloned();
    if let Some(table) = table(text) {
        return Some(Thing { table, column: None });
    }
    let (owner, column) = text.rsplit_once('.')?;
    let owner = table(owner)?;
    let column = schema.table(&owner)?.column(column)?.name.clone();
    Some(Thing { table: owner, column: Some(column) })
}

fn operation(
    compared: &Compared<'_>,
    thing: &Thing,
    new: &str,
    renamed: &[Operation],
) -> Result<Operation, Failure> {
    let Some(column) = &thing.column else {
        let name = compared.models.tables.keys().find(|name| name.to_string() == new).cloned();
        let new_name = name.ok_or_else(|| {
            refused(format!("`--rename {thing}={new}`: no model has the table `{new}`"), "name the new table")
        })?;
        return Ok(RenameTable { table: thing.table.clone(), new_name }.into());
    };
    // The table may have got its new name just now.
    let table = renamed.iter().fold(thing.table.clone(), |table, operation| match operation {
        Operation::RenameTable(rename) if rename.table == table => rename.new_name.clone(),
        _ => table,
    });
    let new_name = new.rsplit('.').next().unwrap_or(new).to_owned();
    let model = compared.models.table(&table);
    if model.and_then(|model| model.column(&new_name)).is_none() {
        return Err(refused(
            format!("`--rename {thing}={new}`: the model of `{table}` has no column `{new_name}`"),
            "name the new column",
        ));
    }
    Ok(RenameColumn { table, column: column.clone(), new_name }.into())
}

/// Returns what goes and looks as if something new were the same thing, and has no answer.
fn open_questions(compared: &Compared<'_>, schema: &Schema, answers: &Answers) -> Vec<(Thing, Thing)> {
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    let models = &compared.models;
    for difference in compared.differences(schema).iter().filter(|difference| counts(difference)) {
        let (list, side) = match difference.kind {
            DifferenceKind::Added => (&mut gone, schema),
            DifferenceKind::Removed => (&mut new, models),
            _ => continue,
        };
        let object = &difference.object;
        let text = match (object.kind, &object.table) {
            (ObjectKind::Table, _) => object.name.clone(),
            (ObjectKind::Column, Some(table)) => format!("{table}.{}", object.name),
            _ => continue,
        };
        list.extend(thing(side, &text));
    }
    let is_answered = |thing: &Thing| answers.drops.iter().any(|drop| drop.trim() == thing.to_string());
    let mut questions = Vec::new();
    for old in gone.iter().filter(|old| !is_answered(old)) {
        let looks_alike = |candidate: &&Thing| match (&old.column, &candidate.column) {
            (Some(column), Some(other)) => {
                old.table == candidate.table && columns_alike(schema, models, &old.table, column, other)
            }
            (None, None) => match (schema.table(&old.table), models.table(&candidate.table)) {
                (Some(left), Some(right)) => tables_alike(left, right),
                _ => false,
            },
            _ => false,
        };
        if let Some(found) = new.iter().find(looks_alike) {
            questions.push((old.clone(), found.clone()));
        }
    }
    questions
}

/// Tells whether a column that goes has the type and the place of one that comes.
fn columns_alike(schema: &Schema, models: &Schema, table: &ObjectName, old: &str, new: &str) -> bool {
    let (Some(left), Some(right)) = (schema.table(table), models.table(table)) else { return false };
    let (Some(from), Some(to)) = (left.column(old), right.column(new)) else { return false };
    if from.column_type.is_unknown() || from.column_type != to.column_type {
        return false;
    }
    let place = |table: &Table, column: &Column| {
        let at = table.columns.iter().position(|other| other.name == column.name).unwrap_or_default();
        let name = |at: usize| table.columns.get(at).map(|column| column.name.clone());
        (at, at.checked_sub(1).and_then(name), name(at + 1))
    };
    let (old_at, old_left, old_right) = place(left, from);
    let (new_at, new_left, new_right) = place(right, to);
    old_at == new_at
        || (old_left.is_some() && old_left == new_left)
        || (old_right.is_some() && old_right == new_right)
}

/// Tells whether most of the columns of two tables are the same.
fn tables_alike(left: &Table, right: &Table) -> bool {
    let same = left
        .columns
        .iter()
        .filter(|column| {
            right.column(&column.name).is_some_and(|twin| twin.column_type == column.column_type)
        })
        .count();
    let most = left.columns.len().max(right.columns.len());
    // A primary key named `id` alone says nothing.
    same * 3 >= most * 2 && (same > 1 || most == 1)
}
