//! The cheap way: `ALTER TABLE`, where it does all that the batch asks for.

use trueup_schema::name::quote_identifier;

use super::change::Change;
use super::clause::Kind;
use super::column::{ColumnState, renames};
use super::{Rebuild, RebuildMethod, RebuildStep, checks};

/// Returns the statements, or nothing where the table must be copied.
pub(super) fn alter(change: &Change<'_>) -> Option<Rebuild> {
    let drops: Vec<&ColumnState> =
        change.columns.iter().filter(|column| column.stored && column.dropped).collect();
    if change.needs_copy || !change.is_in_order() || !drops.iter().all(|column| can_drop(change, column)) {
        return None;
    }
    let table = change.input.table.to_sql();
    let mut statements = change.removed.clone();
    statements.extend(
        drops
            .iter()
            .map(|column| format!("ALTER TABLE {table} DROP COLUMN {}", quote_identifier(&column.build))),
    );
    statements.extend(rename_columns(change, &table));
    let added = change.live().filter_map(|(_, column)| column.plain.as_ref());
    statements.extend(added.map(|definition| format!("ALTER TABLE {table} ADD COLUMN {definition}")));
    statements.extend(change.created());
    let mut steps: Vec<RebuildStep> = statements.into_iter().map(RebuildStep::Run).collect();
    steps.extend(checks::readers(change));
    steps.extend(rename_table(change, &table));
    Some(Rebuild {
        method: RebuildMethod::Alter,
        before: Vec::new(),
        steps,
        after: Vec::new(),
        losses: Vec::new(),
        notices: change.notices.clone(),
        temporary: None,
    })
}

/// Returns the statements that rename columns; SQLite follows in indexes, views, triggers and foreign keys.
pub(super) fn rename_columns(change: &Change<'_>, table: &str) -> Vec<String> {
    let rename = |(old, new): (String, String)| {
        format!("ALTER TABLE {table} RENAME COLUMN {} TO {}", quote_identifier(&old), quote_identifier(&new))
    };
    let mut renamed = renames(change);
    // Here new columns are not there yet: they are added under their own names.
    renamed.retain(|(old, _)| {
        change.needs_copy || !change.columns.iter().any(|column| !column.stored && column.build == *old)
    });
    renamed.into_iter().map(rename).collect()
}

/// Returns the statement that gives the table its new name.
pub(super) fn rename_table(change: &Change<'_>, table: &str) -> Option<RebuildStep> {
    let new = change.new_name.as_ref()?;
    Some(RebuildStep::Run(format!("ALTER TABLE {table} RENAME TO {}", quote_identifier(&new.name))))
}

/// Tells whether `ALTER TABLE … DROP COLUMN` takes a column away and nothing else.
///
/// SQLite cuts the text from the column to its neighbour, and so takes comments that stand there. Keys it refuses; what
/// else would refuse was settled before. Held against SQLite 3.50.
fn can_drop(change: &Change<'_>, column: &ColumnState) -> bool {
    let is_key = |kind: &Kind| matches!(kind, Kind::PrimaryKey(_) | Kind::Unique(_));
    let is_added_again = change.live().any(|(_, other)| other.build.eq_ignore_ascii_case(&column.build));
    let Ok(definition) = change.definition(column) else { return false };
    let beside = column.item.place.is_none_or(|place| change.frame.has_comment_beside(place));
    definition.find(is_key).is_none() && !is_added_again && !beside && !column.item.text.contains("--")
}
