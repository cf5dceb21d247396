//! Operations on columns, carried out in the text of their definitions.

use trueup_schema::ops::{AddColumn, AlterColumn, DropColumn, RenameColumn};
use trueup_schema::types::Affinity;
use trueup_schema::{Column, ColumnType, Dialect, Generated, Operation, Span, SqlExpr};

use super::body::Item;
use super::change::Change;
use super::clause::Kind;
use super::definition::{Definition, column_text, put, replace, take};
use super::mention::{mentioned, substituted};
use super::{Refusal, constraint};
use crate::cursor::{Read, Unread};

/// A column while the table changes.
pub(super) struct ColumnState {
    pub(super) item: Item,
    /// What a batch calls it: its name before.
    pub(super) key: String,
    /// Its name in the copy, until SQLite renames it.
    pub(super) build: String,
    /// Its name at the end.
    pub(super) name: String,
    /// It was there before, so its values are copied.
    pub(super) stored: bool,
    pub(super) dropped: bool,
    /// The type that its values are cast to.
    pub(super) cast: Option<&'static str>,
    /// The definition of a new column that `ALTER TABLE … ADD COLUMN` can add.
    pub(super) plain: Option<String>,
    /// Its text was written by the batch, and expressions in it name columns as they are called at its end.
    fresh: bool,
}

impl ColumnState {
    /// Returns a column as it was read.
    pub(super) fn stored(item: Item, name: String) -> Self {
        Self {
            item,
            key: name.clone(),
            build: name.clone(),
            name,
            stored: true,
            dropped: false,
            cast: None,
            plain: None,
            fresh: false,
        }
    }
}

/// Adds a column; its constraints are operations of their own.
pub(super) fn add(change: &mut Change<'_>, op: &AddColumn) -> Result<(), Refusal> {
    let name = &op.column.name;
    let table = &change.input.table;
    if change.live().any(|(_, column)| column.name.eq_ignore_ascii_case(name)) {
        if op.if_not_exists {
            return Ok(());
        }
        let message = format!("column `{name}` exists already in `{table}`");
        return Err(Refusal::new(message).hint("drop it in the same batch first, or alter it"));
    }
    let build = free_name(change, name);
    let text = column_text(&Column { name: build.clone(), ..op.column.clone() });
    let Some(text) = text else {
        let message = format!("the type of the new column `{name}` of `{table}` is not known");
        return Err(Refusal::new(message).hint("give it a type that can be told without running code"));
    };
    let plain = !Operation::from(op.clone()).to_sql(Dialect::Sqlite).is_empty();
    let plain = if plain { column_text(&op.column) } else { None };
    change.needs_copy |= plain.is_none();
    change.columns.push(ColumnState {
        plain,
        stored: false,
        fresh: true,
        build,
        ..ColumnState::stored(Item::new(text), name.clone())
    });
    Ok(())
}

/// Returns a name for a new column: another one where a column that is renamed still has it.
fn free_name(change: &Change<'_>, name: &str) -> String {
    let taken = |name: &str| change.live().any(|(_, column)| column.build.eq_ignore_ascii_case(name));
    numbered(name, "_new_", taken)
}

/// Returns the name, or one made of it, that is not taken.
pub(super) fn numbered(name: &str, prefix: &str, taken: impl Fn(&str) -> bool) -> String {
    let made = (1_usize..).map(|number| format!("{prefix}{name}_{number}"));
    std::iter::once(name.to_owned()).chain(made).find(|name| !taken(name)).unwrap_or_default()
}

/// Drops a column; what hangs on it is settled at the end of the batch.
pub(super) fn drop(change: &mut Change<'_>, op: &DropColumn) -> Result<(), Refusal> {
    match change.find(&op.column) {
        Some(column) => change.columns[column].dropped = true,
        None if op.if_exists => {}
        None => return Err(change.no_column(&op.column)),
    }
    Ok(())
}

/// Renames a column: SQLite does it at the end, and follows wherever the name stands.
pub(super) fn rename(change: &mut Change<'_>, op: &RenameColumn) -> Result<(), Refusal> {
    let column = change.find(&op.column).ok_or_else(|| change.no_column(&op.column))?;
    change.columns[column].name.clone_from(&op.new_name);
    change.columns[column].plain = None;
    change.needs_copy |= !change.columns[column].stored;
    Ok(())
}

/// Changes a column's type, default and so on.
pub(super) fn alter(change: &mut Change<'_>, op: &AlterColumn) -> Result<(), Refusal> {
    let at = change.find(&op.column).ok_or_else(|| change.no_column(&op.column))?;
    let before = change.columns[at].item.text.clone();
    if let Some(column_type) = &op.column_type {
        alter_type(change, at, column_type)?;
    }
    let mut text = change.columns[at].item.text.clone();
    edit(&mut text, op).map_err(|unread| change.unread(&before, &unread))?;
    let column = &mut change.columns[at];
    column.fresh |= matches!(op.generated, Some(Some(_)));
    let changed = text != before;
    column.item.text = text;
    if changed {
        change.needs_copy = true;
        column.plain = None;
    }
    Ok(())
}

fn edit(text: &mut String, op: &AlterColumn) -> Read<()> {
    let is_null = |kind: &Kind| matches!(kind, Kind::NotNull | Kind::Null);
    let is_default = |kind: &Kind| *kind == Kind::Default;
    let is_collate = |kind: &Kind| *kind == Kind::Collate;
    let is_generated = |kind: &Kind| matches!(kind, Kind::Generated(_));
    let mut model = Column::new("c", ColumnType::parse(Dialect::Sqlite, "TEXT"));
    match op.nullable {
        Some(true) => take(text, |kind| *kind == Kind::NotNull).map(drop_answer)?,
        Some(false) if Definition::read(text)?.find(|kind| *kind == Kind::NotNull).is_none() => {
            put(text, is_null, "NOT NULL")?;
        }
        Some(false) | None => {}
    }
    match &op.generated {
        Some(Some(Generated::Computed(computed))) => {
            take(text, is_default)?;
            model.generated = Some(Generated::Computed(computed.clone()));
            put_written(text, &model, is_generated)?;
            model.generated = None;
        }
        // A row number is what SQLite has instead of identities and sequences.
        Some(_) => take(text, is_generated).map(drop_answer)?,
        None => {}
    }
    match &op.collation {
        Some(Some(collation)) => {
            model.collation = Some(collation.clone());
            put_written(text, &model, is_collate)?;
            model.collation = None;
        }
        Some(None) => take(text, is_collate).map(drop_answer)?,
        None => {}
    }
    match &op.default {
        Some(Some(default)) if !has_default(text, default)? => {
            model.default = Some(default.clone());
            put_written(text, &model, is_default)?;
        }
        Some(None) => take(text, is_default).map(drop_answer)?,
        _ => {}
    }
    Ok(())
}

fn drop_answer(_: bool) {}

/// Puts the clause of a model column into the text.
fn put_written(text: &mut String, model: &Column, is: impl Fn(&Kind) -> bool) -> Read<()> {
    let unwritable = || Unread { message: "it cannot be written as SQL".to_owned(), span: Span::default() };
    let written = column_text(model).ok_or_else(unwritable)?;
    let clause = Definition::read(&written)?.find(&is).map(|clause| clause.range.clone());
    put(text, is, &written[clause.ok_or_else(unwritable)?])
}

/// Tells whether a column has the default already, however it is written.
fn has_default(text: &str, default: &SqlExpr) -> Read<bool> {
    let definition = Definition::read(text)?;
    let Some(clause) = definition.find(|kind| *kind == Kind::Default) else { return Ok(false) };
    let column_type = declared(text, &definition);
    let written = text[clause.keyword + "DEFAULT".len()..clause.range.end].trim();
    let meant = |text: &str| SqlExpr::default_value(Dialect::Sqlite, text, &column_type);
    Ok(meant(written) == meant(default.text()))
}

fn alter_type(change: &mut Change<'_>, at: usize, new: &ColumnType) -> Result<(), Refusal> {
    let column = &change.columns[at];
    let definition = change.definition(column)?;
    let old = declared(&column.item.text, &definition);
    if new.is_unknown() {
        let message = format!("the new type of `{}` of `{}` is not known", column.key, change.input.table);
        return Err(Refusal::new(message).hint("give it a type that can be told without running code"));
    }
    if old == *new {
        return Ok(());
    }
    let (from, to) = (affinity(change, &old), affinity(change, new));
    let was_integer = is_integer(&column.item.text, &definition);
    let column = &mut change.columns[at];
    let spelled = new.to_string();
    if definition.type_range.is_empty() {
        column.item.text.insert_str(definition.type_range.end, &format!(" {spelled}"));
    } else {
        replace(&mut column.item.text, definition.type_range.clone(), &spelled);
    }
    if column.stored {
        column.cast = cast(from, to, new);
    }
    let name = column.key.clone();
    if was_integer && change.is_row_number(at)? {
        change.notices.push(format!(
            "`{name}` of `{}` is no longer the row number, because only INTEGER is: a row that is inserted without it \
             gets no number",
            change.input.table
        ));
    }
    constraint::leave_out_checks_of_type(change, at)
}

/// Returns the affinity of a type; `ANY` of a STRICT table has none.
fn affinity(change: &Change<'_>, declared: &ColumnType) -> Affinity {
    let any = change.frame.has("STRICT") && declared.name.eq_ignore_ascii_case("ANY");
    if any { Affinity::Blob } else { declared.affinity() }
}

/// Returns what values are cast to when a column changes its affinity.
///
/// Alembic casts whenever SQLAlchemy's kind of type changes. Here it is done where the result is what Alembic makes of
/// values that convert. Not to NUMERIC: dates and decimals have that affinity, and a cast makes `2020-01-01` the number
/// 2020, while storing the value as it is converts numbers and keeps the rest. Nor to no type at all, which keeps all.
fn cast(from: Affinity, to: Affinity, new: &ColumnType) -> Option<&'static str> {
    match to {
        _ if from == to => None,
        Affinity::Integer => Some("INTEGER"),
        Affinity::Real => Some("REAL"),
        Affinity::Text => Some("TEXT"),
        Affinity::Blob if new.name.contains("BLOB") => Some("BLOB"),
        Affinity::Numeric | Affinity::Blob => None,
    }
}

fn declared(text: &str, definition: &Definition) -> ColumnType {
    ColumnType::parse(Dialect::Sqlite, &text[definition.type_range.clone()])
}

/// Tells whether a column's type is INTEGER, without which no key is the row number.
pub(super) fn is_integer(text: &str, definition: &Definition) -> bool {
    text[definition.type_range.clone()].trim_matches(['"', '`', '[', ']']).eq_ignore_ascii_case("INTEGER")
}

/// Refuses a name that two columns would have.
pub(super) fn check_names(change: &Change<'_>) -> Result<(), Refusal> {
    for (at, column) in change.live() {
        let same = |(other, state): &(usize, &ColumnState)| {
            *other < at && state.name.eq_ignore_ascii_case(&column.name)
        };
        if change.live().any(|other| same(&other)) {
            let message = format!("`{}` would have two columns `{}`", change.input.table, column.name);
            return Err(Refusal::new(message).hint("rename or drop one of them in the same batch"));
        }
    }
    Ok(())
}

/// Refuses types that a STRICT table does not know.
pub(super) fn check_strict(change: &Change<'_>) -> Result<(), Refusal> {
    const KNOWN: &[&str] = &["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"];
    if !change.frame.has("STRICT") {
        return Ok(());
    }
    for (_, column) in change.live() {
        let definition = change.definition(column)?;
        let found = column.item.text[definition.type_range.clone()].trim_matches(['"', '`', '[', ']']);
        if !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(found)) {
            let table = &change.input.table;
            let message = format!("`{table}` is STRICT, and column `{}` has the type `{found}`", column.name);
            return Err(Refusal::new(message).hint(format!("a STRICT table knows {}", KNOWN.join(", "))));
        }
    }
    Ok(())
}

/// Writes the names that columns have in the copy into expressions of the batch, which use the names at the end.
pub(super) fn put_names_of_copy(change: &mut Change<'_>) -> Result<(), Refusal> {
    let names: Vec<(String, String)> = change
        .live()
        .filter(|(_, column)| column.build != column.name)
        .map(|(_, column)| (column.name.clone(), column.build.clone()))
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    for at in 0..change.columns.len() {
        let column = &change.columns[at];
        if column.fresh && !column.dropped {
            for clause in change.definition(column)?.clauses.into_iter().rev() {
                let Kind::Generated(expression) = clause.kind else { continue };
                let text = &mut change.columns[at].item.text;
                let new = substituted(&text[expression.clone()], &names);
                replace(text, expression, &new);
            }
        }
    }
    for at in 0..change.constraints.len() {
        if let (true, Kind::Check(condition)) =
            (change.constraints[at].fresh, change.clause(&change.constraints[at])?.kind)
        {
            let text = &mut change.constraints[at].item.text;
            let new = substituted(&text[condition.clone()], &names);
            replace(text, condition, &new);
        }
    }
    Ok(())
}

/// Returns the steps that give all columns their names, one at a time: a circle goes through a name of its own.
pub(super) fn renames(change: &Change<'_>) -> Vec<(String, String)> {
    let mut names: Vec<String> = change.live().map(|(_, column)| column.build.clone()).collect();
    let wanted: Vec<&str> = change.live().map(|(_, column)| column.name.as_str()).collect();
    let mut steps = Vec::new();
    loop {
        let waiting: Vec<usize> = (0..names.len()).filter(|at| names[*at] != wanted[*at]).collect();
        let Some(first) = waiting.first().copied() else { return steps };
        let is_free = |at: &usize| {
            names
                .iter()
                .enumerate()
                .all(|(other, name)| other == *at || !name.eq_ignore_ascii_case(wanted[*at]))
        };
        let (at, name) = match waiting.iter().copied().find(is_free) {
            Some(at) => (at, wanted[at].to_owned()),
            None => (
                first,
                numbered(&format!("_old_{}", names[first]), "_", |name| {
                    names.iter().any(|other| other.eq_ignore_ascii_case(name))
                }),
            ),
        };
        steps.push((std::mem::replace(&mut names[at], name.clone()), name));
    }
}

/// Returns the columns of the table as it was that an expression mentions.
pub(super) fn stored_columns<'t>(change: &'t Change<'_>, expression: &str) -> Vec<&'t str> {
    let stored = change.columns.iter().filter(|column| column.stored);
    mentioned(expression, stored.map(|column| column.build.as_str()))
}
