//! SQLite: finds the family of a statement by its first words.
//!
//! Names keep the spelling they have in the text, as `sqlite_schema` does; types keep theirs in [`ColumnType`]'s
//! canonical form. SQLite cannot change a table in place beyond the few forms of `ALTER TABLE`, so rebuilding one
//! (create, copy, drop, rename) arrives here as exactly those operations.
//!
//! [`ColumnType`]: trueup_schema::ColumnType

use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};
use crate::result::{Effect, Transaction};

mod alter_table;
mod index;
pub(crate) mod rebuild;
mod table;
mod trigger;

use trueup_schema::ops::{CreateView, DropIndex, DropTable, DropTrigger, DropView};
use trueup_schema::{ObjectName, SqlExpr, View};

/// Reads one statement.
pub(crate) fn statement(reader: &mut Reader, cursor: &Cursor<'_>) -> Read<Outcome> {
    let mut cursor = cursor.clone();
    let outcome = dispatch(reader, &mut cursor)?;
    cursor.expect_end()?;
    Ok(outcome)
}

const DATA: &[&str] = &[
    "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "VALUES", "ANALYZE", "VACUUM", "REINDEX",
    "EXPLAIN",
];

fn dispatch(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    if cursor.eat("CREATE") {
        return create(reader, cursor);
    }
    if cursor.eat("ALTER TABLE") {
        return alter_table::alter_table(reader, cursor);
    }
    if cursor.eat("DROP") {
        return drop(reader, cursor);
    }
    let transactions = [
        ("BEGIN", Transaction::Begin),
        ("COMMIT", Transaction::Commit),
        ("END", Transaction::Commit),
        ("ROLLBACK", Transaction::Rollback),
        ("SAVEPOINT", Transaction::Savepoint),
        ("RELEASE", Transaction::Savepoint),
    ];
    if let Some((_, transaction)) = transactions.iter().find(|(word, _)| cursor.is(word)) {
        cursor.rest();
        return Ok(Outcome::of(Effect::Transaction(*transaction)));
    }
    if cursor.is("PRAGMA") || cursor.is("ATTACH") || cursor.is("DETACH") {
        cursor.rest();
        return Ok(Outcome::of(Effect::Session));
    }
    if DATA.iter().any(|word| cursor.is(word)) {
        cursor.rest();
        return Ok(Outcome::data(cursor.whole()));
    }
    Err(cursor.unexpected("a statement"))
}

fn create(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let temporary = cursor.eat("TEMPORARY") || cursor.eat("TEMP");
    if cursor.eat("TABLE") {
        return table::create_table(reader, cursor, temporary);
    }
    if cursor.eat("VIRTUAL TABLE") {
        return table::create_virtual_table(reader, cursor);
    }
    if cursor.eat("UNIQUE INDEX") {
        return index::create_index(reader, cursor, true);
    }
    if cursor.eat("INDEX") {
        return index::create_index(reader, cursor, false);
    }
    if cursor.eat("VIEW") {
        return create_view(reader, cursor, temporary);
    }
    if cursor.eat("TRIGGER") {
        return trigger::create_trigger(reader, cursor, temporary);
    }
    Err(cursor.unexpected("a kind of object"))
}

/// Returns the name of an object of the database; names are found whatever their case.
pub(crate) fn known_name(reader: &Reader, parts: &[String]) -> ObjectName {
    let written = reader.created(parts);
    let Some(schema) = &reader.schema else { return written };
    let same = |name: &ObjectName| {
        name.namespace == written.namespace && name.name.eq_ignore_ascii_case(&written.name)
    };
    let known = schema.tables.keys().chain(schema.views.keys()).find(|name| same(name));
    known.cloned().unwrap_or(written)
}

fn create_view(reader: &mut Reader, cursor: &mut Cursor<'_>, temporary: bool) -> Read<Outcome> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let parts = cursor.dotted()?;
    let columns = if cursor.is("(") { cursor.names()? } else { Vec::new() };
    cursor.expect("AS")?;
    let query = SqlExpr::definition(reader.dialect, cursor.rest());
    if temporary {
        reader.session.temporary.extend(parts.last().cloned());
        return Ok(Outcome::left_out("a temporary view is not part of the schema"));
    }
    let view = View {
        name: reader.created(&parts),
        materialized: false,
        columns,
        query,
        indexes: Vec::new(),
        triggers: Vec::new(),
        comment: None,
        origin: reader.origin(cursor.span_since(0)),
    };
    Ok(Outcome::one(CreateView { view, or_replace: false, if_not_exists }))
}

fn drop(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let Some(kind) = cursor.eat_any(&["TABLE", "INDEX", "VIEW", "TRIGGER"]) else {
        return Err(cursor.unexpected("a kind of object"));
    };
    let if_exists = cursor.eat("IF EXISTS");
    let parts = cursor.dotted()?;
    if reader.is_temporary(&parts) {
        reader.session.temporary.remove(&parts[parts.len() - 1]);
        return Ok(Outcome::left_out("a temporary object is not part of the schema"));
    }
    let cascade = false;
    Ok(match kind {
        0 => Outcome::one(DropTable { table: known_name(reader, &parts), if_exists, cascade }),
        1 => Outcome::one(index::known_index(reader, &parts, if_exists)),
        2 => Outcome::one(DropView {
            name: known_name(reader, &parts),
            materialized: false,
            if_exists,
            cascade,
        }),
        _ => {
            let name = parts.last().cloned().unwrap_or_default();
            let (name, table) = trigger::known_trigger(reader, name);
            Outcome::one(DropTrigger { name, table, if_exists })
        }
    })
}

/// Returns the operation that drops an index.
pub(crate) fn drop_index(index: ObjectName, table: Option<ObjectName>, if_exists: bool) -> DropIndex {
    DropIndex { index, table, concurrently: false, if_exists, cascade: false }
}
