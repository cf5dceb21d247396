//! `CREATE INDEX`, and the names of indexes.

use trueup_schema::ops::{CreateIndex, DropIndex};
use trueup_schema::{Index, IndexPart};

use super::{drop_index, known_name};
use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Reads what follows `CREATE [UNIQUE] INDEX`.
pub(crate) fn create_index(reader: &Reader, cursor: &mut Cursor<'_>, unique: bool) -> Read<Outcome> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = cursor.dotted()?;
    cursor.expect("ON")?;
    // The namespace stands before the index; its table is in the same one.
    let mut table_parts = name.clone();
    table_parts.pop();
    table_parts.push(cursor.identifier()?);
    let mut index = Index::new(name.last().cloned().unwrap_or_default(), &[]);
    index.unique = unique;
    for mut part in cursor.parenthesised()?.list() {
        index.parts.push(index_part(reader, &mut part)?);
        part.expect_end()?;
    }
    if cursor.eat("WHERE") {
        index.predicate = Some(reader.expr(cursor.rest()));
    }
    cursor.expect_end()?;
    if reader.is_temporary(&table_parts[table_parts.len() - 1..]) {
        return Ok(Outcome::left_out("the index of a temporary table is not part of the schema"));
    }
    index.origin = reader.origin(cursor.span_since(0));
    let table = known_name(reader, &table_parts);
    Ok(Outcome::one(CreateIndex { table, index, concurrently: false, if_not_exists }))
}

/// Reads one key part: a column or an expression, `COLLATE`, the direction.
pub(crate) fn index_part(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<IndexPart> {
    let start = cursor.position();
    cursor.skip_until(|cursor| ["COLLATE", "ASC", "DESC", "NULLS"].iter().any(|word| cursor.is(word)));
    let mut key = cursor.part(start, cursor.position());
    if key.is_end() {
        return Err(cursor.unexpected("a column or an expression"));
    }
    let column = key.identifier().ok().filter(|_| key.is_end());
    let mut part = match column {
        Some(column) => IndexPart::column(column),
        None => IndexPart::expression(reader.expr(key.whole())),
    };
    if cursor.eat("COLLATE") {
        part.collation = Some(cursor.identifier()?);
    }
    part.descending = cursor.eat_any(&["ASC", "DESC"]) == Some(1);
    Ok(part)
}

/// Returns the operation that drops an index, with its table where that is known.
pub(crate) fn known_index(reader: &Reader, parts: &[String], if_exists: bool) -> DropIndex {
    let written = reader.created(parts);
    let known = reader.schema.iter().flat_map(|schema| schema.tables.values()).find_map(|table| {
        let same = |index: &&Index| index.name.eq_ignore_ascii_case(&written.name);
        let index = table.indexes.iter().find(same).filter(|_| table.name.namespace == written.namespace)?;
        Some((written.sibling(index.name.clone()), table.name.clone()))
    });
    match known {
        Some((index, table)) => drop_index(index, Some(table), if_exists),
        None => drop_index(written, None, if_exists),
    }
}
