//! Objects that are only known to exist, such as extended statistics, rules or operators.

use trueup_schema::Unmodelled;
use trueup_schema::ops::{CreateUnmodelled, DropUnmodelled};

use super::column::type_text;
use super::drop::unmodelled_object;
use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Kinds of object in the words of the statements; longer ones first.
const KINDS: &[&str] = &[
    "ACCESS METHOD",
    "CAST",
    "COLLATION",
    "CONVERSION",
    "EVENT TRIGGER",
    "FOREIGN DATA WRAPPER",
    "FOREIGN TABLE",
    "LANGUAGE",
    "OPERATOR CLASS",
    "OPERATOR FAMILY",
    "OPERATOR",
    "PUBLICATION",
    "RULE",
    "SERVER",
    "STATISTICS",
    "SUBSCRIPTION",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH PARSER",
    "TEXT SEARCH TEMPLATE",
    "TRANSFORM FOR",
    "USER MAPPING FOR",
];

/// Kinds that belong to the cluster, not to a schema.
const CLUSTER: &[&str] = &["ROLE", "USER", "GROUP", "DATABASE", "TABLESPACE"];

fn kind(cursor: &mut Cursor<'_>) -> Read<Option<&'static str>> {
    let _ = cursor.eat("TRUSTED");
    let _ = cursor.eat("PROCEDURAL");
    if let Some(kind) = cursor.eat_any(KINDS) {
        return Ok(Some(KINDS[kind]));
    }
    if CLUSTER.iter().any(|kind| cursor.is(kind)) {
        return Ok(None);
    }
    Err(cursor.unexpected("a kind of object"))
}

const CLUSTER_NOTICE: &str = "roles and databases are not part of the schema";

/// Reads what follows `CREATE`.
pub(crate) fn create(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let Some(kind) = kind(cursor)? else {
        cursor.rest();
        return Ok(Outcome::left_out(CLUSTER_NOTICE));
    };
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let object = object(reader, cursor, kind)?;
    cursor.rest();
    let known = reader.schema.as_ref().is_some_and(|schema| schema.unmodelled.contains(&object));
    if if_not_exists && known {
        return Ok(Outcome::schema(Vec::new()).notice(format!("{} `{}` exists", object.kind, object.name)));
    }
    Ok(Outcome::one(CreateUnmodelled { object, sql: cursor.whole().to_owned() }))
}

/// Reads what follows `ALTER`.
pub(crate) fn alter(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    if cursor.is("DEFAULT PRIVILEGES") || cursor.is("SYSTEM") || cursor.is("LARGE OBJECT") {
        cursor.rest();
        return Ok(Outcome::left_out("default privileges and settings are not modelled"));
    }
    let Some(kind) = kind(cursor)? else {
        cursor.rest();
        return Ok(Outcome::left_out(CLUSTER_NOTICE));
    };
    let object = object(reader, cursor, kind)?;
    cursor.rest();
    Ok(Outcome::left_out(format!("the content of {} `{}` is not modelled", object.kind, object.name)))
}

/// Reads what follows `DROP`.
pub(crate) fn drop(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    if cursor.is("OWNED") {
        cursor.rest();
        return Ok(Outcome::opaque(cursor.whole(), "what a role owns is not known"));
    }
    let Some(kind) = kind(cursor)? else {
        cursor.rest();
        return Ok(Outcome::left_out(CLUSTER_NOTICE));
    };
    let if_exists = cursor.eat("IF EXISTS");
    let sql = cursor.whole().to_owned();
    let mut operations = Vec::new();
    loop {
        let object = object(reader, cursor, kind)?;
        let missing = reader.schema.as_ref().is_some_and(|schema| !schema.unmodelled.contains(&object));
        if !(if_exists && missing) {
            operations.push(DropUnmodelled { object, sql: sql.clone() }.into());
        }
        if !cursor.eat(",") {
            break;
        }
    }
    cursor.rest();
    Ok(Outcome::schema(operations))
}

/// Reads the name of an object; what makes it unique beyond its name belongs to it.
fn object(reader: &Reader, cursor: &mut Cursor<'_>, kind: &str) -> Read<Unmodelled> {
    let kind_name = kind.trim_end_matches(" FOR").to_ascii_lowercase();
    let name = match kind {
        "CAST" => {
            let mut inner = cursor.parenthesised()?;
            let from = reader.column_type(type_text(&mut inner)?);
            inner.expect("AS")?;
            let to = reader.column_type(type_text(&mut inner)?);
            format!("{from} AS {to}")
        }
        "OPERATOR" => {
            let start = cursor.position();
            while !cursor.is("(") && !cursor.is_end() {
                cursor.advance();
            }
            cursor.since(start).to_owned()
        }
        "RULE" => {
            let name = cursor.identifier()?;
            if !cursor.eat("ON") {
                cursor.skip_until(|cursor| cursor.is("TO"));
                cursor.expect("TO")?;
            }
            format!("{name} on {}", reader.relation(&cursor.dotted()?))
        }
        "OPERATOR CLASS" | "OPERATOR FAMILY" => {
            let name = reader.created(&cursor.dotted()?);
            cursor.skip_until(|cursor| cursor.is("USING"));
            cursor.expect("USING")?;
            format!("{name} using {}", cursor.identifier()?)
        }
        "USER MAPPING FOR" => {
            let role = cursor.identifier()?;
            cursor.expect("SERVER")?;
            format!("{role} on {}", cursor.identifier()?)
        }
        "TRANSFORM FOR" => {
            let transformed = reader.column_type(type_text(cursor)?);
            cursor.expect("LANGUAGE")?;
            format!("{transformed} LANGUAGE {}", cursor.identifier()?)
        }
        "STATISTICS" if cursor.is("ON") || cursor.is("(") => String::new(),
        "LANGUAGE"
        | "PUBLICATION"
        | "SUBSCRIPTION"
        | "SERVER"
        | "EVENT TRIGGER"
        | "FOREIGN DATA WRAPPER"
        | "ACCESS METHOD" => cursor.identifier()?,
        _ => reader.relation(&cursor.dotted()?).to_string(),
    };
    Ok(unmodelled_object(&kind_name, name))
}
