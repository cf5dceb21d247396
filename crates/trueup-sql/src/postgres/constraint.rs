//! Constraints as `CREATE TABLE` and `ADD CONSTRAINT` write them.

use std::collections::BTreeMap;

use trueup_schema::ops::Constraint;
use trueup_schema::{
    Check, Deferrable, Exclude, ExcludeElement, ForeignKey, ObjectName, PrimaryKey, ReferentialAction, Unique,
};

use super::column::nulls_not_distinct;
use super::index::index_part;
use crate::cursor::{Cursor, Read};
use crate::lex::Kind;
use crate::reader::Reader;

/// Tells whether the next words begin a constraint of the table rather than a column.
pub(crate) fn is_table_constraint(cursor: &Cursor<'_>) -> bool {
    ["CONSTRAINT", "PRIMARY KEY", "UNIQUE", "CHECK", "FOREIGN KEY", "EXCLUDE USING", "EXCLUDE ("]
        .iter()
        .any(|words| cursor.is(words))
}

/// A constraint, or the index it takes over.
pub(crate) struct TableConstraint {
    pub(crate) constraint: Constraint,
    pub(crate) using_index: Option<String>,
}

/// Reads `[CONSTRAINT name] …` of the table.
pub(crate) fn table_constraint(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    table: &ObjectName,
) -> Read<TableConstraint> {
    let start = cursor.position();
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.identifier()?) } else { None };
    let mut using_index = None;
    let constraint = if cursor.eat("PRIMARY KEY") {
        let mut key = PrimaryKey::new(name, Vec::new());
        (key.columns, using_index) = key_columns(reader, cursor, table)?;
        key.include = index_parameters(cursor)?.include;
        key.deferrable = attributes(cursor)?.deferrable;
        key.origin = reader.origin(cursor.span_since(start));
        Constraint::PrimaryKey(key)
    } else if cursor.eat("UNIQUE") {
        let mut unique = Unique::new(name, Vec::new());
        unique.nulls_not_distinct = nulls_not_distinct(cursor);
        (unique.columns, using_index) = key_columns(reader, cursor, table)?;
        unique.include = index_parameters(cursor)?.include;
        unique.deferrable = attributes(cursor)?.deferrable;
        unique.origin = reader.origin(cursor.span_since(start));
        Constraint::Unique(unique)
    } else if cursor.eat("CHECK") {
        let mut check = Check::new(name, reader.expr(cursor.parenthesised()?.whole()));
        let Attributes { no_inherit, not_valid, .. } = attributes(cursor)?;
        (check.no_inherit, check.not_valid) = (no_inherit, not_valid);
        check.origin = reader.origin(cursor.span_since(start));
        Constraint::Check(check)
    } else if cursor.eat("FOREIGN KEY") {
        let columns = cursor.names()?;
        Constraint::ForeignKey(references(reader, cursor, name, columns, start)?)
    } else if cursor.eat("EXCLUDE") {
        Constraint::Exclude(exclude(reader, cursor, name, start)?)
    } else {
        return Err(cursor.unexpected("a constraint"));
    };
    Ok(TableConstraint { constraint, using_index })
}

/// Reads `(a, b)` or `USING INDEX name`; the columns are then the index's, if it is known.
fn key_columns(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    table: &ObjectName,
) -> Read<(Vec<String>, Option<String>)> {
    if !cursor.eat("USING INDEX") {
        return Ok((cursor.names()?, None));
    }
    let name = cursor.identifier()?;
    let index =
        reader.schema.as_ref().and_then(|schema| schema.table(table)).and_then(|table| table.index(&name));
    let columns = index.map(|index| {
        index.parts.iter().filter_map(|part| match &part.key {
            trueup_schema::IndexKey::Column(column) => Some(column.clone()),
            trueup_schema::IndexKey::Expression(_) => None,
        })
    });
    Ok((columns.map(Iterator::collect).unwrap_or_default(), Some(name)))
}

fn exclude(reader: &Reader, cursor: &mut Cursor<'_>, name: Option<String>, start: usize) -> Read<Exclude> {
    let method = if cursor.eat("USING") { cursor.identifier()? } else { "btree".to_owned() };
    let mut elements = Vec::new();
    for mut element in cursor.parenthesised()?.list() {
        let part = index_part(reader, &mut element)?;
        element.expect("WITH")?;
        let operator = if element.eat("OPERATOR") {
            element.parenthesised()?.whole().to_owned()
        } else {
            element.rest().to_owned()
        };
        element.expect_end()?;
        elements.push(ExcludeElement { part, operator });
    }
    index_parameters(cursor)?;
    let predicate =
        if cursor.eat("WHERE") { Some(reader.expr(cursor.parenthesised()?.whole())) } else { None };
    let deferrable = attributes(cursor)?.deferrable;
    let origin = reader.origin(cursor.span_since(start));
    Ok(Exclude { name, method, elements, predicate, deferrable, origin })
}

/// Reads from `REFERENCES` on.
pub(crate) fn references(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    columns: Vec<String>,
    start: usize,
) -> Read<ForeignKey> {
    cursor.expect("REFERENCES")?;
    let referenced_table = reader.relation(&cursor.dotted()?);
    let referenced_columns = if cursor.is("(") { cursor.names()? } else { Vec::new() };
    let mut key = ForeignKey::new(name, columns, referenced_table, referenced_columns);
    loop {
        if cursor.eat("MATCH") {
            match cursor.eat_any(&["FULL", "SIMPLE", "PARTIAL"]) {
                Some(kind) => key.match_full = kind == 0,
                None => return Err(cursor.unexpected("`FULL` or `SIMPLE`")),
            }
        } else if cursor.eat("ON DELETE") {
            key.on_delete = action(cursor)?;
        } else if cursor.eat("ON UPDATE") {
            key.on_update = action(cursor)?;
        } else {
            break;
        }
    }
    let Attributes { deferrable, not_valid, .. } = attributes(cursor)?;
    (key.deferrable, key.not_valid) = (deferrable, not_valid);
    key.origin = reader.origin(cursor.span_since(start));
    Ok(key)
}

fn action(cursor: &mut Cursor<'_>) -> Read<ReferentialAction> {
    let found = cursor.eat_any(&["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]);
    let columns = |cursor: &mut Cursor<'_>| if cursor.is("(") { cursor.names() } else { Ok(Vec::new()) };
    Ok(match found {
        Some(0) => ReferentialAction::NoAction,
        Some(1) => ReferentialAction::Restrict,
        Some(2) => ReferentialAction::Cascade,
        Some(3) => ReferentialAction::SetNull(columns(cursor)?),
        Some(_) => ReferentialAction::SetDefault(columns(cursor)?),
        None => return Err(cursor.unexpected("an action")),
    })
}

/// What can follow a constraint.
#[derive(Default)]
pub(crate) struct Attributes {
    pub(crate) deferrable: Deferrable,
    pub(crate) not_valid: bool,
    pub(crate) no_inherit: bool,
    /// Whether anything was written about deferring, for `ALTER CONSTRAINT`.
    pub(crate) says_deferrable: bool,
}

/// Reads `DEFERRABLE`, `INITIALLY …`, `NOT VALID`, `NO INHERIT`; `NOT ENFORCED` is not modelled and stays unread.
pub(crate) fn attributes(cursor: &mut Cursor<'_>) -> Read<Attributes> {
    let mut found = Attributes::default();
    loop {
        if cursor.eat("NOT DEFERRABLE") {
            found.deferrable = Deferrable::No;
            found.says_deferrable = true;
        } else if cursor.eat("DEFERRABLE") {
            found.says_deferrable = true;
            if found.deferrable == Deferrable::No {
                found.deferrable = Deferrable::Immediate;
            }
        } else if cursor.eat("INITIALLY DEFERRED") {
            found.says_deferrable = true;
            found.deferrable = Deferrable::Deferred;
        } else if cursor.eat("INITIALLY IMMEDIATE") || cursor.eat("ENFORCED") {
            // The default of a deferrable constraint, and of any constraint.
        } else if cursor.eat("NOT VALID") {
            found.not_valid = true;
        } else if cursor.eat("NO INHERIT") {
            found.no_inherit = true;
        } else if cursor.is("NOT ENFORCED") {
            return Err(cursor.unexpected("a modelled clause"));
        } else {
            return Ok(found);
        }
    }
}

/// What can follow the columns of an index.
#[derive(Default)]
pub(crate) struct IndexParameters {
    pub(crate) include: Vec<String>,
    pub(crate) storage: BTreeMap<String, String>,
}

/// Reads `[INCLUDE (…)] [WITH (…)] [USING INDEX TABLESPACE name]`.
pub(crate) fn index_parameters(cursor: &mut Cursor<'_>) -> Read<IndexParameters> {
    let mut found = IndexParameters::default();
    if cursor.eat("INCLUDE") {
        found.include = cursor.names()?;
    }
    if cursor.eat("WITH") {
        found.storage = storage(&mut cursor.parenthesised()?)?;
    }
    if cursor.eat("USING INDEX TABLESPACE") {
        cursor.identifier()?;
    }
    Ok(found)
}

/// Reads `name = value, …`; a name alone is true.
pub(crate) fn storage(cursor: &mut Cursor<'_>) -> Read<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for mut part in cursor.list() {
        let name = part.dotted()?.join(".");
        let value = if part.eat("=") { storage_value(&mut part)? } else { "true".to_owned() };
        part.expect_end()?;
        found.insert(name, value);
    }
    Ok(found)
}

fn storage_value(part: &mut Cursor<'_>) -> Read<String> {
    match part.token().map(|token| token.kind) {
        Some(Kind::Text) => part.string(),
        Some(Kind::Word) => Ok(part.rest().to_ascii_lowercase()),
        Some(_) => Ok(part.rest().to_owned()),
        None => Err(part.unexpected("a value")),
    }
}
