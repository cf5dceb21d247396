//! Namespaces (`CREATE SCHEMA`) and extensions.

use trueup_schema::Extension;
use trueup_schema::ops::{CreateExtension, CreateNamespace};

use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Reads what follows `CREATE SCHEMA`.
pub(crate) fn create_schema(_reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let mut name = None;
    if !cursor.is("AUTHORIZATION") {
        name = Some(cursor.identifier()?);
    }
    if cursor.eat("AUTHORIZATION") {
        let role = cursor.identifier()?;
        name = name.or(Some(role));
    }
    if !cursor.is_end() {
        let reason = "objects inside of CREATE SCHEMA are not read";
        return Ok(Outcome::opaque(cursor.whole(), reason)).inspect(|_| {
            cursor.rest();
        });
    }
    let name = name.unwrap_or_default();
    Ok(Outcome::one(CreateNamespace { name, if_not_exists }))
}

/// Reads what follows `ALTER SCHEMA`.
pub(crate) fn alter_schema(_reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    cursor.identifier()?;
    if cursor.eat("OWNER TO") {
        cursor.rest();
        return Ok(Outcome::left_out("owners of namespaces are not modelled"));
    }
    cursor.rest();
    Ok(Outcome::opaque(cursor.whole(), "renaming a namespace is not modelled"))
}

/// Reads what follows `CREATE EXTENSION`.
pub(crate) fn create_extension(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let mut extension =
        Extension { name: cursor.identifier()?, namespace: None, origin: trueup_schema::Origin::none() };
    cursor.eat("WITH");
    loop {
        if cursor.eat("SCHEMA") {
            let namespace = cursor.identifier()?;
            extension.namespace = Some(namespace).filter(|name| name != reader.dialect.default_namespace());
        } else if cursor.eat("VERSION") {
            cursor.advance();
        } else if !cursor.eat("CASCADE") {
            break;
        }
    }
    extension.origin = reader.origin(cursor.span_since(0));
    Ok(Outcome::one(CreateExtension { extension, if_not_exists }))
}

/// Reads what follows `ALTER EXTENSION`.
pub(crate) fn alter_extension(_reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    cursor.identifier()?;
    let what = if cursor.is("UPDATE") {
        "versions of extensions are not modelled"
    } else {
        "the members of an extension are not modelled"
    };
    cursor.rest();
    Ok(Outcome::left_out(what))
}
