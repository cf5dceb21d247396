//! `COMMENT ON` anything.

use trueup_schema::ops::{ConstraintKind, SetComment};
use trueup_schema::{ObjectKind, ObjectName, ObjectRef};

use super::alter_table::{constraint, kind_of};
use super::function::arguments;
use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Reads what follows `COMMENT ON`.
pub(crate) fn comment(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let start = cursor.position();
    let found = target(reader, cursor)?;
    let Some((target, namespace)) = found else {
        cursor.go(start);
        cursor.skip_until(|cursor| cursor.is("IS"));
        let what = cursor.since(start).to_ascii_lowercase();
        cursor.rest();
        return Ok(Outcome::left_out(format!("the comment on {what} is not modelled")));
    };
    cursor.expect("IS")?;
    let comment = cursor.string_or_null()?.filter(|text| !text.is_empty());
    Ok(Outcome::one(SetComment { target, namespace, comment }))
}

type Target = Option<(ObjectRef, Option<String>)>;

fn target(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Target> {
    let relations = [
        ("TABLE", ObjectKind::Table),
        ("VIEW", ObjectKind::View),
        ("MATERIALIZED VIEW", ObjectKind::MaterializedView),
        ("SEQUENCE", ObjectKind::Sequence),
    ];
    for (word, kind) in relations {
        if cursor.eat(word) {
            let name = reader.relation(&cursor.dotted()?);
            return Ok(Some(alone(kind, name)));
        }
    }
    if cursor.eat("COLUMN") {
        let mut parts = cursor.dotted()?;
        let column = parts.pop().unwrap_or_default();
        if parts.is_empty() {
            return Err(cursor.unexpected("`.` and a column"));
        }
        return Ok(Some(of_table(ObjectKind::Column, column, reader.relation(&parts))));
    }
    if cursor.eat("INDEX") {
        let name = reader.relation(&cursor.dotted()?);
        let table = reader.schema.as_ref().and_then(|schema| schema.table_of_index(&name));
        let target = match table {
            Some(table) => of_table(ObjectKind::Index, name.name, table.name.clone()),
            None => alone(ObjectKind::Index, name),
        };
        return Ok(Some(target));
    }
    if cursor.eat("CONSTRAINT") {
        return constraint_target(reader, cursor);
    }
    for (word, kind) in [("TRIGGER", ObjectKind::Trigger), ("POLICY", ObjectKind::Policy)] {
        if cursor.eat(word) {
            let name = cursor.identifier()?;
            cursor.expect("ON")?;
            return Ok(Some(of_table(kind, name, reader.relation(&cursor.dotted()?))));
        }
    }
    if cursor.eat("TYPE") || cursor.eat("DOMAIN") {
        return type_target(reader, cursor);
    }
    if cursor.eat_any(&["FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE"]).is_some() {
        let name = reader.function_name(&cursor.dotted()?);
        let types =
            if cursor.is("(") { arguments(reader, &mut cursor.parenthesised()?)? } else { Vec::new() };
        let types: Vec<String> = types.iter().map(ToString::to_string).collect();
        let namespace = name.namespace.clone();
        let spelled = format!("{}({})", name.name, types.join(", "));
        return Ok(Some((ObjectRef::new(ObjectKind::Function, spelled), namespace)));
    }
    for (word, kind) in [("EXTENSION", ObjectKind::Extension), ("SCHEMA", ObjectKind::Namespace)] {
        if cursor.eat(word) {
            return Ok(Some((ObjectRef::new(kind, cursor.identifier()?), None)));
        }
    }
    Ok(None)
}

fn alone(kind: ObjectKind, name: ObjectName) -> (ObjectRef, Option<String>) {
    (ObjectRef::new(kind, name.name), name.namespace)
}

fn of_table(kind: ObjectKind, name: String, table: ObjectName) -> (ObjectRef, Option<String>) {
    (ObjectRef::of_table(kind, name, table.name), table.namespace)
}

fn type_target(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Target> {
    let name = reader.type_name(&cursor.dotted()?);
    let schema = reader.schema.as_ref();
    if schema.is_some_and(|schema| schema.domains.contains_key(&name)) {
        return Ok(Some(alone(ObjectKind::Domain, name)));
    }
    if schema.is_some_and(|schema| !schema.enums.contains_key(&name)) {
        return Ok(None);
    }
    Ok(Some(alone(ObjectKind::Enum, name)))
}

/// Without the table it is not known which kind of constraint is meant, so its comment is left out.
fn constraint_target(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Target> {
    let name = cursor.identifier()?;
    cursor.expect("ON")?;
    if cursor.eat("DOMAIN") {
        return Ok(None);
    }
    let table = reader.relation(&cursor.dotted()?);
    let known = reader.schema.as_ref().and_then(|schema| schema.table(&table));
    let Some(found) = known.and_then(|table| constraint(table, &name)) else { return Ok(None) };
    let kind = match kind_of(&found) {
        ConstraintKind::PrimaryKey => ObjectKind::PrimaryKey,
        ConstraintKind::ForeignKey => ObjectKind::ForeignKey,
        ConstraintKind::Unique => ObjectKind::Unique,
        ConstraintKind::Check => ObjectKind::Check,
        ConstraintKind::Exclude => ObjectKind::Exclude,
    };
    Ok(Some(of_table(kind, name, table)))
}
