//! A column's definition as it is written, and changes in its text.

use std::ops::Range;

use trueup_schema::ops::CreateTable;
use trueup_schema::{Column, Dialect, Operation, Table};

use super::body::{Body, since, with_cursor};
use super::clause::{Clause, Kind};
use crate::cursor::{Read, Unread};
use crate::sqlite::table::type_text;

/// The parts of a column's definition, by their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Definition {
    pub(super) name: String,
    /// Empty, behind the name, where there is none.
    pub(super) type_range: Range<usize>,
    pub(super) clauses: Vec<Clause>,
}

impl Definition {
    /// Reads `name [type] constraints…`.
    pub(super) fn read(text: &str) -> Result<Self, Unread> {
        with_cursor(text, |cursor| {
            let name = cursor.identifier()?;
            let name_end = since(cursor, 0).end;
            let position = cursor.position();
            let has_type = !type_text(cursor)?.is_empty();
            let type_range = if has_type { since(cursor, position) } else { name_end..name_end };
            let mut clauses = Vec::new();
            while !cursor.is_end() {
                clauses.push(Clause::of_column(cursor)?);
            }
            Ok(Self { name, type_range, clauses })
        })
    }

    /// Returns the first constraint of a kind.
    pub(super) fn find(&self, is: impl Fn(&Kind) -> bool) -> Option<&Clause> {
        self.clauses.iter().find(|clause| is(&clause.kind))
    }

    /// Tells whether SQLite computes the column.
    pub(super) fn is_generated(&self) -> bool {
        self.find(|kind| matches!(kind, Kind::Generated(_))).is_some()
    }
}

/// Replaces bytes of a text.
pub(super) fn replace(text: &mut String, range: Range<usize>, with: &str) {
    text.replace_range(range, with);
}

/// Takes a part out of a text, with the blanks before it.
pub(super) fn remove(text: &mut String, range: Range<usize>) {
    let before = &text[..range.start];
    let blanks = before.len() - before.trim_end().len();
    // The end of a line may end a comment.
    let start = if text[..range.start - blanks].contains("--") { range.start } else { range.start - blanks };
    text.replace_range(start..range.end, "");
}

/// Puts a constraint behind the type of a column, in the place of another where there is one.
pub(super) fn put(text: &mut String, is: impl Fn(&Kind) -> bool, clause: &str) -> Read<()> {
    let definition = Definition::read(text)?;
    match definition.find(is) {
        Some(old) => replace(text, old.range.clone(), clause),
        None => text.insert_str(definition.type_range.end, &format!(" {clause}")),
    }
    Ok(())
}

/// Takes all constraints of a kind out of a column's definition; tells whether there were any.
pub(super) fn take(text: &mut String, is: impl Fn(&Kind) -> bool) -> Read<bool> {
    let mut found = false;
    while let Some(clause) = Definition::read(text)?.find(&is) {
        remove(text, clause.range.clone());
        found = true;
    }
    Ok(found)
}

/// Returns the definition of a column as SQL; nothing when its type is not known.
///
/// It is read out of a whole `CREATE TABLE`, so that there is one place that knows how columns are written.
pub(super) fn column_text(column: &Column) -> Option<String> {
    let mut table = Table::new("t".into());
    table.columns.push(column.clone());
    body_of(table)?.columns.pop().map(|item| item.text)
}

/// Reads the statement that creates a table.
pub(super) fn body_of(table: Table) -> Option<Body> {
    let create: Operation = CreateTable { table, if_not_exists: false }.into();
    Body::read(create.to_sql(Dialect::Sqlite).first()?).ok()
}
