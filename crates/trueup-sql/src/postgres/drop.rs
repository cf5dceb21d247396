//! `DROP` of everything that is modelled; one statement can name several objects.

use trueup_schema::ops::{
    DropExtension, DropFunction, DropIndex, DropNamespace, DropPolicy, DropSequence, DropTable, DropTrigger,
    DropType, DropUnmodelled, DropView,
};
use trueup_schema::{ObjectName, Operation, Unmodelled};

use super::alter_table::cascade;
use super::function::arguments;
use super::unmodelled;
use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Reads what follows `DROP`.
pub(crate) fn drop_statement(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    if cursor.eat("TABLE") {
        return drop_table(reader, cursor);
    }
    if cursor.eat("TRIGGER") {
        return drop_on_table(reader, cursor, |name, table, if_exists| {
            DropTrigger { name, table: Some(table), if_exists }.into()
        });
    }
    if cursor.eat("POLICY") {
        return drop_on_table(reader, cursor, |name, table, if_exists| {
            DropPolicy { table, name, if_exists }.into()
        });
    }
    if cursor.eat_any(&["FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE"]).is_some() {
        return drop_function(reader, cursor);
    }
    if cursor.eat("SCHEMA") {
        return drop_plain(cursor, |name, if_exists, cascade| {
            DropNamespace { name, if_exists, cascade }.into()
        });
    }
    if cursor.eat("EXTENSION") {
        return drop_plain(cursor, |name, if_exists, cascade| {
            DropExtension { name, if_exists, cascade }.into()
        });
    }
    match cursor.eat_any(&["INDEX", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "TYPE", "DOMAIN"]) {
        Some(0) => drop_named(reader, cursor, index),
        Some(1) => drop_named(reader, cursor, |_, name, flags| {
            DropView { name, materialized: false, if_exists: flags.if_exists, cascade: flags.cascade }.into()
        }),
        Some(2) => drop_named(reader, cursor, |_, name, flags| {
            DropView { name, materialized: true, if_exists: flags.if_exists, cascade: flags.cascade }.into()
        }),
        Some(3) => drop_named(reader, cursor, |_, name, flags| {
            DropSequence { name, if_exists: flags.if_exists, cascade: flags.cascade }.into()
        }),
        Some(_) => drop_types(reader, cursor),
        None => unmodelled::drop(reader, cursor),
    }
}

#[derive(Clone, Copy)]
struct Flags {
    concurrently: bool,
    if_exists: bool,
    cascade: bool,
}

/// Reads `[CONCURRENTLY] [IF EXISTS] a, b.c [CASCADE]`.
fn names(cursor: &mut Cursor<'_>) -> Read<(Vec<Vec<String>>, Flags)> {
    let concurrently = cursor.eat("CONCURRENTLY");
    let if_exists = cursor.eat("IF EXISTS");
    let mut names = vec![cursor.dotted()?];
    while cursor.eat(",") {
        names.push(cursor.dotted()?);
    }
    let cascade = cascade(cursor);
    Ok((names, Flags { concurrently, if_exists, cascade }))
}

fn drop_named(
    reader: &mut Reader,
    cursor: &mut Cursor<'_>,
    operation: impl Fn(&Reader, ObjectName, Flags) -> Operation,
) -> Read<Outcome> {
    let (names, flags) = names(cursor)?;
    let mut operations = Vec::new();
    for parts in names {
        if reader.is_temporary(&parts) {
            reader.session.temporary.remove(&parts[parts.len() - 1]);
        } else {
            operations.push(operation(reader, reader.relation(&parts), flags));
        }
    }
    Ok(Outcome::schema(operations))
}

fn index(reader: &Reader, index: ObjectName, flags: Flags) -> Operation {
    let table = reader.schema.as_ref().and_then(|schema| schema.table_of_index(&index));
    let table = table.map(|table| table.name.clone());
    let Flags { concurrently, if_exists, cascade } = flags;
    DropIndex { index, table, concurrently, if_exists, cascade }.into()
}

/// Tables of one statement are dropped together, so those that refer to others come first.
fn drop_table(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let (names, flags) = names(cursor)?;
    let mut tables = Vec::new();
    for parts in names {
        if reader.is_temporary(&parts) {
            reader.session.temporary.remove(&parts[parts.len() - 1]);
        } else {
            tables.push(reader.relation(&parts));
        }
    }
    let mut operations = Vec::new();
    while !tables.is_empty() {
        let free = tables
            .iter()
            .position(|table| !tables.iter().any(|other| other != table && refers(reader, other, table)));
        let table = tables.remove(free.unwrap_or(0));
        let Flags { if_exists, cascade, .. } = flags;
        // A circle of references has no order; all of it is gone in the end.
        let cascade = cascade || (free.is_none() && !tables.is_empty());
        operations.push(DropTable { table, if_exists, cascade }.into());
    }
    Ok(Outcome::schema(operations))
}

fn refers(reader: &Reader, from: &ObjectName, to: &ObjectName) -> bool {
    let table = reader.schema.as_ref().and_then(|schema| schema.table(from));
    table.is_some_and(|table| {
        table.foreign_keys.iter().any(|key| key.referenced_table == *to)
            || table.inherits.contains(to)
            || table.partition_of.as_ref().is_some_and(|(parent, _)| parent == to)
    })
}

fn drop_types(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let (names, flags) = names(cursor)?;
    let sql = cursor.whole().to_owned();
    let operation = |parts: Vec<String>| -> Operation {
        let name = reader.type_name(&parts);
        let unmodelled = reader.schema.as_ref().and_then(|schema| {
            let spelled = name.to_string();
            schema.unmodelled.iter().find(|object| object.kind.ends_with(" type") && object.name == spelled)
        });
        match unmodelled {
            Some(object) => DropUnmodelled { object: object.clone(), sql: sql.clone() }.into(),
            None => DropType { name, if_exists: flags.if_exists, cascade: flags.cascade }.into(),
        }
    };
    Ok(Outcome::schema(names.into_iter().map(operation).collect()))
}

/// Reads `[IF EXISTS] name ON table [CASCADE]`.
fn drop_on_table(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    operation: impl Fn(String, ObjectName, bool) -> Operation,
) -> Read<Outcome> {
    let if_exists = cursor.eat("IF EXISTS");
    let name = cursor.identifier()?;
    cursor.expect("ON")?;
    let parts = cursor.dotted()?;
    let _ = cascade(cursor);
    if reader.is_temporary(&parts) {
        return Ok(Outcome::left_out("a temporary table is not part of the schema"));
    }
    Ok(Outcome::one(operation(name, reader.relation(&parts), if_exists)))
}

fn drop_plain(cursor: &mut Cursor<'_>, operation: impl Fn(String, bool, bool) -> Operation) -> Read<Outcome> {
    let (names, flags) = names(cursor)?;
    let operations = names
        .into_iter()
        .filter_map(|mut parts| parts.pop())
        .map(|name| operation(name, flags.if_exists, flags.cascade));
    Ok(Outcome::schema(operations.collect()))
}

fn drop_function(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let if_exists = cursor.eat("IF EXISTS");
    let mut found = Vec::new();
    loop {
        let parts = cursor.dotted()?;
        let argument_types =
            if cursor.is("(") { Some(arguments(reader, &mut cursor.parenthesised()?)?) } else { None };
        if !reader.is_temporary(&parts) {
            found.push((reader.function_name(&parts), argument_types));
        }
        if !cursor.eat(",") {
            break;
        }
    }
    let cascade = cascade(cursor);
    let operations = found.into_iter().map(|(name, argument_types)| {
        Operation::from(DropFunction { name, argument_types, if_exists, cascade })
    });
    Ok(Outcome::schema(operations.collect()))
}

/// Returns the object of a kind that is not modelled.
pub(crate) fn unmodelled_object(kind: &str, name: String) -> Unmodelled {
    Unmodelled::new(kind, name)
}
