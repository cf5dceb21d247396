//! Texts that follow a renamed table or column, and `*` written out before it would mean something else.

use super::super::identifiers::{Token, spelled, tokens};
use super::Uses;
use crate::{Dialect, ObjectName, SqlExpr};

/// A replacement of a part of a text.
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

/// Returns the text in which a column of a table or view has its new name, or nothing when it is not used by name.
///
/// On PostgreSQL the names that a query shows stay what they were: `SELECT name` becomes `SELECT title AS name`.
pub(crate) fn rename_column(
    dialect: Dialect,
    text: &str,
    uses: &Uses,
    table: &ObjectName,
    (old, new): (&str, &str),
) -> Option<String> {
    let tokens = tokens(dialect, text);
    let is_table = |relation: &usize| uses.relations.get(*relation).is_some_and(|found| found.name == *table);
    let mut edits: Vec<Edit> = Vec::new();
    let mut kept: Vec<usize> = Vec::new();
    for (token, relations) in &uses.joined {
        if !tokens.get(*token).is_some_and(|token| token.is_word(dialect, old)) {
            continue;
        }
        if relations.iter().all(is_table) {
            edits.push(replace(&tokens, *token, *token, &spelled(new)));
        } else {
            kept.extend(relations.iter().filter(|relation| is_table(relation)));
        }
    }
    for (name, relations) in &uses.natural {
        if name == old && !relations.iter().all(is_table) {
            kept.extend(relations.iter().filter(|relation| is_table(relation)));
        }
    }
    kept.sort_unstable();
    kept.dedup();
    // Where the name joins two tables, the query keeps it: PostgreSQL then shows `a a(id, name)` with the old names.
    edits.extend(kept.iter().filter_map(|relation| with_old_columns(&tokens, uses, *relation)));
    for used in &uses.columns {
        let Some(token) = used.token else { continue };
        if is_table(&used.relation) && used.column == old && !kept.contains(&used.relation) {
            edits.push(replace(&tokens, token, token, &spelled(new)));
        }
    }
    if !dialect.is_sqlite() {
        labels(text, &tokens, uses, &mut edits);
    }
    applied(text, edits)
}

/// Returns the text in which a table or view has its new name, or nothing when it is not read.
pub(crate) fn rename_table(
    dialect: Dialect,
    text: &str,
    uses: &Uses,
    old: &ObjectName,
    new: &ObjectName,
) -> Option<String> {
    let tokens = tokens(dialect, text);
    // A common table expression of the new name would stand before the table.
    let hidden = new.namespace.is_none() && uses.common.contains(&new.name);
    let namespace = match &new.namespace {
        Some(namespace) => Some(namespace.as_str()),
        None => hidden.then(|| dialect.default_namespace()),
    };
    let written = match namespace {
        Some(namespace) => format!("{}.{}", spelled(namespace), spelled(&new.name)),
        None => spelled(&new.name),
    };
    let mut edits: Vec<Edit> = Vec::new();
    for found in uses.relations.iter().filter(|found| found.name == *old && found.first < tokens.len()) {
        edits.push(replace(&tokens, found.first, found.last, &written));
    }
    for qualifier in &uses.qualifiers {
        let Some(found) = uses.relations.get(qualifier.relation).filter(|found| found.name == *old) else {
            continue;
        };
        let of_table = found.first >= tokens.len() || qualifier.first == qualifier.last;
        let text = if of_table { spelled(&new.name) } else { written.clone() };
        edits.push(replace(&tokens, qualifier.first, qualifier.last, &text));
    }
    applied(text, edits)
}

/// Returns the query with `*` written out where it stands for columns of a table or view, as PostgreSQL stores it.
pub(crate) fn freeze_stars(dialect: Dialect, text: &str, uses: &Uses, table: &ObjectName) -> Option<String> {
    let tokens = tokens(dialect, text);
    let mut edits = Vec::new();
    for star in &uses.stars {
        let of_table = star
            .relations
            .iter()
            .any(|relation| uses.relations.get(*relation).is_some_and(|found| found.name == *table));
        let Some(columns) = star.columns.as_ref().filter(|_| of_table) else { continue };
        let name = |(qualifier, column): &(String, String)| {
            if star.single { spelled(column) } else { format!("{}.{}", spelled(qualifier), spelled(column)) }
        };
        let list: Vec<String> = columns.iter().map(name).collect();
        edits.push(replace(&tokens, star.first, star.last, &list.join(", ")));
    }
    applied(text, edits)
}

fn replace(tokens: &[Token], first: usize, last: usize, text: &str) -> Edit {
    let start = tokens.get(first).map_or(0, |token| token.start);
    let end = tokens.get(last).map_or(start, |token| token.end);
    Edit { start, end, text: text.to_owned() }
}

/// Gives a source its own columns under their old names.
fn with_old_columns(tokens: &[Token], uses: &Uses, relation: usize) -> Option<Edit> {
    let found = uses.relations.get(relation)?;
    let list: Vec<String> = found.shown.iter().map(|name| spelled(name)).collect();
    let behind = tokens.get(found.behind.checked_sub(1)?)?;
    // A list of names that is there already covers what it covers.
    if behind.is_symbol(')') {
        return None;
    }
    let alias = if found.aliased { String::new() } else { format!(" {}", spelled(&found.name.name)) };
    Some(Edit { start: behind.end, end: behind.end, text: format!("{alias}({})", list.join(", ")) })
}

/// Gives items of select lists the name they had, where a rename inside of them would change it.
fn labels(text: &str, tokens: &[Token], uses: &Uses, edits: &mut Vec<Edit>) {
    let mut added = Vec::new();
    for (first, last) in &uses.unlabelled {
        let (Some(from), Some(to)) = (tokens.get(*first), tokens.get(last.saturating_sub(1))) else {
            continue;
        };
        let inside: Vec<&Edit> =
            edits.iter().filter(|edit| edit.start >= from.start && edit.end <= to.end).collect();
        if inside.is_empty() {
            continue;
        }
        let before = &text[from.start..to.end];
        let mut after = before.to_owned();
        let mut inside = inside;
        inside.sort_by_key(|edit| std::cmp::Reverse(edit.start));
        for edit in inside {
            after.replace_range(edit.start - from.start..edit.end - from.start, &edit.text);
        }
        let own = |text: &str| SqlExpr::new(Dialect::Postgresql, text).index_column_name();
        let name = own(before);
        if name != own(&after) {
            added.push(Edit { start: to.end, end: to.end, text: format!(" AS {}", spelled(&name)) });
        }
    }
    edits.extend(added);
}

/// Applies edits from the last to the first; several at one place are one.
fn applied(text: &str, mut edits: Vec<Edit>) -> Option<String> {
    if edits.is_empty() {
        return None;
    }
    edits.sort_by_key(|edit| (edit.start, edit.end));
    edits.dedup_by(|left, right| {
        left.start == right.start && left.end == right.end && left.text == right.text
    });
    let mut result = text.to_owned();
    for edit in edits.iter().rev() {
        result.replace_range(edit.start..edit.end, &edit.text);
    }
    Some(result)
}
