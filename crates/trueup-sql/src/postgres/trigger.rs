//! Triggers: the statement itself is the definition.

use trueup_schema::ops::{CreateTrigger, DropTrigger};
use trueup_schema::{SqlExpr, Trigger};

use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Reads what follows `CREATE … [CONSTRAINT] TRIGGER`.
pub(crate) fn create_trigger(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    or_replace: bool,
    constraint: bool,
) -> Read<Outcome> {
    let start = cursor.position();
    let name = cursor.identifier()?;
    if cursor.eat_any(&["BEFORE", "AFTER", "INSTEAD OF"]).is_none() {
        return Err(cursor.unexpected("`BEFORE`, `AFTER` or `INSTEAD OF`"));
    }
    cursor.skip_until(|cursor| cursor.is("ON"));
    cursor.expect("ON")?;
    let parts = cursor.dotted()?;
    cursor.rest();
    if reader.is_temporary(&parts) {
        return Ok(Outcome::left_out("a temporary table is not part of the schema"));
    }
    let kind = if constraint { "CONSTRAINT TRIGGER" } else { "TRIGGER" };
    let definition = format!("CREATE {kind} {}", cursor.since(start));
    let trigger = Trigger {
        name,
        definition: SqlExpr::definition(reader.dialect, definition),
        enabled: true,
        comment: None,
        origin: reader.origin(cursor.span_since(0)),
    };
    let table = reader.relation(&parts);
    Ok(Outcome::one(CreateTrigger { table, trigger, or_replace, if_not_exists: false }))
}

/// Reads what follows `ALTER TRIGGER`: a new name is a new definition.
pub(crate) fn alter_trigger(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let name = cursor.identifier()?;
    cursor.expect("ON")?;
    let table = reader.relation(&cursor.dotted()?);
    if !cursor.eat("RENAME TO") {
        cursor.rest();
        return Ok(Outcome::left_out("which extension a trigger needs is not modelled"));
    }
    let new_name = cursor.identifier()?;
    let known = reader
        .schema
        .as_ref()
        .and_then(|schema| schema.table(&table))
        .and_then(|table| table.triggers.iter().find(|trigger| trigger.name == name));
    let Some(known) = known else {
        let reason = format!("trigger `{name}` of `{table}` is not known, so its definition is not either");
        return Ok(Outcome::opaque(cursor.whole(), reason));
    };
    let mut trigger = known.clone();
    let text = trigger.definition.text().to_owned();
    trigger.definition = SqlExpr::definition(reader.dialect, with_name(reader, &text, &new_name));
    trigger.name = new_name;
    let drop = DropTrigger { name, table: Some(table.clone()), if_exists: false };
    let create = CreateTrigger { table, trigger, or_replace: false, if_not_exists: false };
    Ok(Outcome::schema(vec![drop.into(), create.into()]))
}

/// Replaces the name in `CREATE [CONSTRAINT] TRIGGER name …`.
fn with_name(reader: &Reader, text: &str, name: &str) -> String {
    let (tokens, _) = crate::lex::Lexer::all(reader.dialect, text);
    let mut cursor = Cursor::new(reader.dialect, text, &tokens);
    cursor.eat("CREATE");
    let _ = cursor.eat("CONSTRAINT TRIGGER") || cursor.eat("TRIGGER");
    match cursor.token() {
        Some(token) => {
            let name = trueup_schema::name::quote_identifier(name);
            format!("{}{name}{}", &text[..token.start], &text[token.end..])
        }
        None => text.to_owned(),
    }
}
