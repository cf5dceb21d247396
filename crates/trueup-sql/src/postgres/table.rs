//! `CREATE TABLE` in all its forms.

use std::collections::BTreeMap;

use trueup_schema::ops::{Constraint, CreateTable};
use trueup_schema::{Column, ColumnType, Generated, ObjectName, Partitioning, Table};

use super::column::{ColumnParts, column, column_constraints};
use super::constraint::{is_table_constraint, storage, table_constraint};
use super::index::index_part;
use crate::cursor::{Cursor, Read, Unread};
use crate::reader::{Outcome, Reader};

/// What stood between `CREATE` and `TABLE`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Persistence {
    pub(crate) temporary: bool,
    pub(crate) unlogged: bool,
}

/// Reads what follows `CREATE … TABLE`.
pub(crate) fn create_table(
    reader: &mut Reader,
    cursor: &mut Cursor<'_>,
    persistence: Persistence,
) -> Read<Outcome> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let parts = cursor.dotted()?;
    let temporary = persistence.temporary || parts.first().is_some_and(|part| part == "pg_temp");
    if temporary {
        reader.session.temporary.extend(parts.last().cloned());
        cursor.rest();
        return Ok(Outcome::left_out("a temporary table is not part of the schema"));
    }
    let mut table = Table::new(reader.created(&parts));
    table.unlogged = persistence.unlogged;
    if cursor.is("OF") {
        cursor.rest();
        return Ok(Outcome::opaque(cursor.whole(), "tables of a composite type are not modelled"));
    }
    if cursor.eat("PARTITION OF") {
        partition_of(reader, cursor, &mut table)?;
    } else if cursor.is("(") && !is_name_list(cursor) {
        elements(reader, &mut cursor.parenthesised()?, &mut table)?;
    }
    let names = if cursor.is("(") { Some(cursor.names()?) } else { None };
    clauses(reader, cursor, &mut table)?;
    if cursor.eat("AS") {
        return create_table_as(reader, cursor, table, names, if_not_exists);
    }
    cursor.expect_end()?;
    table.origin = reader.origin(cursor.span_since(0));
    Ok(Outcome::one(CreateTable { table, if_not_exists }))
}

/// Tells whether the parentheses hold bare names, as before `AS SELECT`.
fn is_name_list(cursor: &Cursor<'_>) -> bool {
    let mut cursor = cursor.clone();
    cursor.names().is_ok()
}

fn elements(reader: &Reader, cursor: &mut Cursor<'_>, table: &mut Table) -> Read<()> {
    for mut element in cursor.list() {
        if is_table_constraint(&element) {
            let found = table_constraint(reader, &mut element, &table.name)?;
            element.expect_end()?;
            add_constraint(table, found.constraint);
        } else if element.eat("LIKE") {
            like(reader, &mut element, table)?;
            element.expect_end()?;
        } else {
            let parts = column(reader, &mut element, &table.name)?;
            add_column(table, parts);
        }
    }
    mark_primary_key(table);
    Ok(())
}

pub(crate) fn add_column(table: &mut Table, parts: ColumnParts) {
    table.columns.push(parts.column);
    add_parts(table, parts.primary_key, parts.uniques, parts.checks, parts.foreign_keys);
}

fn add_parts(
    table: &mut Table,
    primary_key: Option<trueup_schema::PrimaryKey>,
    uniques: Vec<trueup_schema::Unique>,
    checks: Vec<trueup_schema::Check>,
    foreign_keys: Vec<trueup_schema::ForeignKey>,
) {
    if primary_key.is_some() {
        table.primary_key = primary_key;
    }
    table.uniques.extend(uniques);
    table.checks.extend(checks);
    table.foreign_keys.extend(foreign_keys);
}

fn add_constraint(table: &mut Table, constraint: Constraint) {
    match constraint {
        Constraint::PrimaryKey(key) => table.primary_key = Some(key),
        Constraint::ForeignKey(key) => table.foreign_keys.push(key),
        Constraint::Unique(unique) => table.uniques.push(unique),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Exclude(exclude) => table.excludes.push(exclude),
    }
}

/// Columns of a primary key are never null.
fn mark_primary_key(table: &mut Table) {
    let Some(key) = &table.primary_key else { return };
    for column in &mut table.columns {
        if key.columns.contains(&column.name) {
            column.nullable = false;
        }
    }
}

fn parent<'r>(reader: &'r Reader, name: &ObjectName, cursor: &Cursor<'_>) -> Read<&'r Table> {
    reader.schema.as_ref().and_then(|schema| schema.table(name)).ok_or_else(|| Unread {
        message: format!("table `{name}` is not known, so its columns are not either"),
        span: cursor.here(),
    })
}

/// Reads `parent [(…)] FOR VALUES … | DEFAULT`.
///
/// The operation brings the parent's columns itself; only changed columns are written out here, and all others with
/// them, so that their order stays.
fn partition_of(reader: &Reader, cursor: &mut Cursor<'_>, table: &mut Table) -> Read<()> {
    let name = reader.relation(&cursor.dotted()?);
    if cursor.is("(") {
        let elements = cursor.parenthesised()?.list();
        if !elements.iter().all(is_table_constraint)
            && let Ok(parent) = parent(reader, &name, cursor)
        {
            table.columns = inherited_columns(reader, parent);
        }
        for mut element in elements {
            partition_element(reader, &mut element, table)?;
        }
        mark_primary_key(table);
    }
    let start = cursor.position();
    if !cursor.eat("DEFAULT") {
        partition_bound(cursor)?;
    }
    table.partition_of = Some((name, cursor.since(start).to_owned()));
    Ok(())
}

/// Reads `FOR VALUES …`.
pub(crate) fn partition_bound(cursor: &mut Cursor<'_>) -> Read<()> {
    cursor.expect("FOR VALUES")?;
    if cursor.eat("FROM") {
        cursor.parenthesised()?;
        cursor.expect("TO")?;
    } else if cursor.eat_any(&["IN", "WITH"]).is_none() {
        return Err(cursor.unexpected("`FROM`, `IN` or `WITH`"));
    }
    cursor.parenthesised()?;
    Ok(())
}

fn partition_element(reader: &Reader, element: &mut Cursor<'_>, table: &mut Table) -> Read<()> {
    if is_table_constraint(element) {
        let found = table_constraint(reader, element, &table.name)?;
        add_constraint(table, found.constraint);
        return element.expect_end();
    }
    let name = element.identifier()?;
    element.eat("WITH OPTIONS");
    let at = table.columns.iter().position(|column| column.name == name);
    let Some(at) = at else {
        let message = format!("column `{name}` of the parent is not known");
        return Err(Unread { message, span: element.here() });
    };
    let mut parts = ColumnParts {
        column: table.columns[at].clone(),
        primary_key: None,
        uniques: Vec::new(),
        checks: Vec::new(),
        foreign_keys: Vec::new(),
    };
    column_constraints(reader, element, &mut parts)?;
    table.columns[at] = parts.column;
    add_parts(table, parts.primary_key, parts.uniques, parts.checks, parts.foreign_keys);
    Ok(())
}

/// Returns columns as a child gets them.
fn inherited_columns(reader: &Reader, parent: &Table) -> Vec<Column> {
    parent.columns.iter().map(|column| column.inherited(reader.dialect)).collect()
}

/// Reads the clauses behind the columns.
fn clauses(reader: &Reader, cursor: &mut Cursor<'_>, table: &mut Table) -> Read<()> {
    loop {
        if cursor.eat("INHERITS") {
            for mut name in cursor.parenthesised()?.list() {
                let name = reader.relation(&name.dotted()?);
                if let Ok(parent) = parent(reader, &name, cursor) {
                    inherit(reader, parent, table);
                }
                table.inherits.push(name);
            }
        } else if cursor.eat("PARTITION BY") {
            let strategy = cursor.identifier()?;
            let parts = cursor.parenthesised()?.list();
            let parts =
                parts.into_iter().map(|mut part| index_part(reader, &mut part)).collect::<Read<_>>()?;
            table.partitioning = Some(Partitioning { strategy, parts });
        } else if cursor.eat("USING") || cursor.eat("TABLESPACE") {
            cursor.identifier()?;
        } else if cursor.eat("WITHOUT OIDS") {
            // The only way tables are made since PostgreSQL 12.
        } else if cursor.eat("WITH") {
            table.storage = storage(&mut cursor.parenthesised()?)?;
        } else if cursor.eat("ON COMMIT") {
            cursor.skip_until(|cursor| cursor.is("AS") || cursor.is("TABLESPACE"));
        } else {
            return Ok(());
        }
    }
}

/// Puts a parent's columns and checks before the table's own; a column of both is merged.
fn inherit(reader: &Reader, parent: &Table, table: &mut Table) {
    let own = std::mem::take(&mut table.columns);
    let before = table.inherits.len();
    let (mut columns, rest): (Vec<Column>, Vec<Column>) = if before == 0 {
        (Vec::new(), own)
    } else {
        // Columns of earlier parents are in front already; new ones go behind them.
        own.into_iter().partition(|column| column.origin.0.is_none())
    };
    for mut column in inherited_columns(reader, parent) {
        column.origin = trueup_schema::Origin::none();
        if !columns.iter().any(|known| known.name == column.name) {
            columns.push(column);
        }
    }
    for column in rest {
        match columns.iter_mut().find(|known| known.name == column.name) {
            Some(known) => {
                known.nullable &= column.nullable;
                known.default = column.default.or(known.default.take());
            }
            None => columns.push(column),
        }
    }
    table.columns = columns;
    table.checks.extend(parent.checks.iter().filter(|check| !check.no_inherit).cloned());
}

/// What `LIKE` copies beside names, types and NOT NULL.
const LIKE_OPTIONS: &[&str] = &[
    "COMMENTS",
    "COMPRESSION",
    "CONSTRAINTS",
    "DEFAULTS",
    "GENERATED",
    "IDENTITY",
    "INDEXES",
    "STATISTICS",
    "STORAGE",
];

/// Reads `source {INCLUDING|EXCLUDING} …` and copies.
fn like(reader: &Reader, cursor: &mut Cursor<'_>, table: &mut Table) -> Read<()> {
    let name = reader.relation(&cursor.dotted()?);
    let source = parent(reader, &name, cursor)?.clone();
    let mut options: BTreeMap<&str, bool> = BTreeMap::new();
    while let Some(chosen) = cursor.eat_any(&["INCLUDING", "EXCLUDING"]) {
        if cursor.eat("ALL") {
            options.extend(LIKE_OPTIONS.iter().map(|option| (*option, chosen == 0)));
        } else if let Some(option) = cursor.eat_any(LIKE_OPTIONS) {
            options.insert(LIKE_OPTIONS[option], chosen == 0);
        } else {
            return Err(cursor.unexpected("what to copy"));
        }
    }
    let has = |option: &str| options.get(option).copied().unwrap_or(false);
    for mut column in source.columns {
        let keep = match &column.generated {
            Some(Generated::Computed(_)) => has("GENERATED"),
            Some(Generated::Identity(_)) => has("IDENTITY"),
            // The copied default reads the sequence of the source, which no serial column does.
            Some(Generated::Serial { sequence }) => {
                if has("DEFAULTS") {
                    let text = format!("nextval('{sequence}'::regclass)");
                    column.default = reader.default(&text, &column.column_type);
                }
                false
            }
            None => true,
        };
        if !keep {
            column.generated = None;
        }
        let has_default = has("DEFAULTS");
        column.default = column.default.filter(|_| has_default);
        column.comment = column.comment.filter(|_| has("COMMENTS"));
        table.columns.push(column);
    }
    if has("CONSTRAINTS") {
        table.checks.extend(source.checks);
    }
    if has("INDEXES") {
        copy_indexes(reader, table, source.primary_key, source.uniques, source.excludes, source.indexes);
    }
    Ok(())
}

/// Constraints get names of their own, and so do indexes.
fn copy_indexes(
    reader: &Reader,
    table: &mut Table,
    primary_key: Option<trueup_schema::PrimaryKey>,
    uniques: Vec<trueup_schema::Unique>,
    excludes: Vec<trueup_schema::Exclude>,
    indexes: Vec<trueup_schema::Index>,
) {
    table.primary_key = table.primary_key.take().or(primary_key.map(|mut key| {
        key.name = None;
        key
    }));
    table.uniques.extend(uniques.into_iter().map(|mut unique| {
        unique.name = None;
        unique
    }));
    table.excludes.extend(excludes.into_iter().map(|mut exclude| {
        exclude.name = None;
        exclude
    }));
    for mut index in indexes {
        let taken: Vec<String> = table.indexes.iter().map(|index| index.name.clone()).collect();
        index.name = super::index::default_name(reader, &table.name, &index, &taken);
        table.indexes.push(index);
    }
}

/// Reads the query of `CREATE TABLE AS`: columns of one known table keep their types, others have unknown ones.
fn create_table_as(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    mut table: Table,
    names: Option<Vec<String>>,
    if_not_exists: bool,
) -> Read<Outcome> {
    let derived = super::query::columns(reader, cursor);
    cursor.rest();
    let columns = match (names, derived) {
        (Some(names), Some(derived)) => {
            let mut derived = derived.into_iter();
            let typed = |name: String| {
                let column_type = derived.next().map(|(_, column_type)| column_type);
                (name, column_type.unwrap_or_else(unknown_type))
            };
            names.into_iter().map(typed).collect()
        }
        (Some(names), None) => names.into_iter().map(|name| (name, unknown_type())).collect(),
        (None, Some(derived)) => derived,
        (None, None) => {
            let reason = "the columns of the query cannot be told from its text";
            return Ok(Outcome::opaque(cursor.whole(), reason));
        }
    };
    table.columns = columns.into_iter().map(|(name, column_type)| Column::new(name, column_type)).collect();
    table.origin = reader.origin(cursor.span_since(0));
    Ok(Outcome::one(CreateTable { table, if_not_exists }))
}

/// The type of a query's column that the text does not tell.
pub(crate) fn unknown_type() -> ColumnType {
    ColumnType::unknown("it is the type of a query's expression")
}
