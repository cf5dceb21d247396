//! What must hold before the transaction is committed.

use trueup_schema::name::quote_identifier;

use super::change::Change;
use super::uses::{Event, TriggerHead, names_relation};
use super::{Expects, RebuildCheck, RebuildStep};

/// Returns the check that two tables have the same number of rows.
pub(super) fn same_count(table: &str, copy: &str, name: &str) -> RebuildStep {
    RebuildStep::Check(RebuildCheck {
        sql: format!("SELECT 1 WHERE (SELECT count(*) FROM {table}) <> (SELECT count(*) FROM {copy})"),
        expects: Expects::NoRow,
        message: format!(
            "not every row of `{name}` went into the new table; an ON CONFLICT clause leaves rows out"
        ),
    })
}

/// Returns the check that no foreign key from or to the table lost the row that it refers to.
///
/// It asks about the table and the tables that refer to it only: on a large file `PRAGMA foreign_key_check` alone would
/// read every table.
pub(super) fn foreign_keys(change: &Change<'_>) -> RebuildStep {
    let table = &change.input.table;
    let namespace = table.namespace.as_deref().unwrap_or("main");
    let (name, schema) = (literal(&table.name), literal(namespace));
    let objects = format!("{}.sqlite_schema", quote_identifier(namespace));
    RebuildStep::Check(RebuildCheck {
        sql: format!(
            "SELECT v.\"table\", v.rowid, v.parent FROM {objects} AS s JOIN pragma_foreign_key_check(s.name, {schema}) \
             AS v WHERE s.type = 'table' AND (s.name = {name} COLLATE NOCASE OR EXISTS (SELECT 1 FROM \
             pragma_foreign_key_list(s.name, {schema}) AS k WHERE k.\"table\" = {name} COLLATE NOCASE))"
        ),
        expects: Expects::NothingNew,
        message: format!("rows are left that refer to nothing, by a foreign key of or to `{}`", table.name),
    })
}

/// Returns the checks that views and triggers around the table still make sense.
pub(super) fn readers(change: &Change<'_>) -> Vec<RebuildStep> {
    let table = &change.input.table;
    let mut steps = Vec::new();
    for view in views_of(change) {
        steps.push(compiles(
            format!("SELECT * FROM {}", table.sibling(view.clone()).to_sql()),
            format!("view `{view}` reads `{}` and no longer works with its new columns", table.name),
        ));
    }
    for (name, head) in &change.doubtful {
        steps.push(compiles(
            firing(change, head),
            format!("trigger `{name}` uses a column of `{}` that is dropped", table.name),
        ));
    }
    steps
}

fn compiles(sql: String, message: String) -> RebuildStep {
    RebuildStep::Check(RebuildCheck { sql, expects: Expects::Compiles, message })
}

/// Returns the views that read the table, also through other views.
fn views_of(change: &Change<'_>) -> Vec<String> {
    let mut names = vec![change.frame.name.clone()];
    let mut at = 0;
    while let Some(name) = names.get(at).cloned() {
        for view in &change.input.views {
            let is_new = !names.iter().any(|known| known.eq_ignore_ascii_case(&view.name));
            if is_new && names_relation(&view.sql, &name) {
                names.push(view.name.clone());
            }
        }
        at += 1;
    }
    names.split_off(1)
}

/// Returns a statement that fires a trigger; compiled, it compiles the trigger too.
fn firing(change: &Change<'_>, head: &TriggerHead) -> String {
    let target = change.input.table.sibling(head.on.clone()).to_sql();
    match &head.event {
        Event::Delete => format!("DELETE FROM {target}"),
        Event::Insert => format!("INSERT INTO {target} DEFAULT VALUES"),
        Event::Update(columns) => {
            let column = quote_identifier(&updated(change, &head.on, columns));
            format!("UPDATE {target} SET {column} = {column}")
        }
    }
}

fn updated(change: &Change<'_>, on: &str, columns: &[String]) -> String {
    if !on.eq_ignore_ascii_case(&change.frame.name) {
        return columns.first().map_or_else(|| "rowid".to_owned(), Clone::clone);
    }
    let wanted =
        |name: &str| columns.is_empty() || columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    let plain = change
        .live()
        .filter(|(_, column)| change.definition(column).is_ok_and(|definition| !definition.is_generated()));
    let found = plain
        .filter(|(_, column)| wanted(&column.build))
        .min_by_key(|(_, column)| column.build != column.name);
    found.map_or_else(|| "rowid".to_owned(), |(_, column)| column.name.clone())
}

/// Returns a text as a string literal.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
