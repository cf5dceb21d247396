//! Types: enums are modelled, composite and range types only as existing.

use trueup_schema::ops::{
    AddEnumLabel, CreateEnum, CreateUnmodelled, LabelPosition, RenameEnumLabel, RenameType,
};
use trueup_schema::{EnumType, ObjectName, Unmodelled};

use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Reads what follows `CREATE TYPE`.
pub(crate) fn create_type(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let name = reader.created(&cursor.dotted()?);
    if cursor.eat("AS ENUM") {
        let mut labels = Vec::new();
        let mut inner = cursor.parenthesised()?;
        for mut label in inner.list() {
            labels.push(label.string()?);
            label.expect_end()?;
        }
        let origin = reader.origin(cursor.span_since(0));
        let enum_type = EnumType { name, labels, comment: None, origin };
        return Ok(Outcome::one(CreateEnum { enum_type, if_not_exists: false }));
    }
    let kind = if cursor.is("AS RANGE") {
        "range type"
    } else if cursor.is("AS (") {
        "composite type"
    } else if cursor.is_end() {
        "shell type"
    } else {
        "base type"
    };
    cursor.rest();
    let object = Unmodelled::new(kind, name.to_string());
    Ok(Outcome::one(CreateUnmodelled { object, sql: cursor.whole().to_owned() }))
}

/// Reads what follows `ALTER TYPE`.
pub(crate) fn alter_type(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let name = reader.type_name(&cursor.dotted()?);
    if cursor.eat("ADD VALUE") {
        let if_not_exists = cursor.eat("IF NOT EXISTS");
        let label = cursor.string()?;
        let position = match cursor.eat_any(&["BEFORE", "AFTER"]) {
            Some(0) => Some(LabelPosition::Before(cursor.string()?)),
            Some(_) => Some(LabelPosition::After(cursor.string()?)),
            None => None,
        };
        return Ok(Outcome::one(AddEnumLabel { name, label, position, if_not_exists }));
    }
    if cursor.eat("RENAME VALUE") {
        let label = cursor.string()?;
        cursor.expect("TO")?;
        let new_label = cursor.string()?;
        return Ok(Outcome::one(RenameEnumLabel { name, label, new_label }));
    }
    if let Some(outcome) = rename_type(reader, cursor, &name)? {
        return Ok(outcome);
    }
    cursor.rest();
    Ok(Outcome::left_out("owners and attributes of types are not modelled"))
}

/// Reads `RENAME TO` and `SET SCHEMA`.
pub(crate) fn rename_type(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    name: &ObjectName,
) -> Read<Option<Outcome>> {
    let new_name = if cursor.eat("RENAME TO") {
        name.sibling(cursor.identifier()?)
    } else if cursor.eat("SET SCHEMA") {
        let namespace = cursor.identifier()?;
        ObjectName::qualified(reader.dialect, Some(&namespace), name.name.clone())
    } else {
        return Ok(None);
    };
    Ok(Some(Outcome::one(RenameType { name: name.clone(), new_name })))
}
