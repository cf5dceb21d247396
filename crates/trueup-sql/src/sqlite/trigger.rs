//! Triggers: the statement itself is the definition.

use trueup_schema::ops::CreateTrigger;
use trueup_schema::{ObjectName, SqlExpr, Trigger};

use super::known_name;
use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Reads what follows `CREATE [TEMP] TRIGGER`.
pub(crate) fn create_trigger(reader: &mut Reader, cursor: &mut Cursor<'_>, temporary: bool) -> Read<Outcome> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let start = cursor.position();
    let parts = cursor.dotted()?;
    cursor.skip_until(|cursor| cursor.is("ON"));
    cursor.expect("ON")?;
    let table = known_name(reader, &cursor.dotted()?);
    cursor.rest();
    let name = parts.last().cloned().unwrap_or_default();
    if temporary {
        reader.session.temporary.insert(name);
        return Ok(Outcome::left_out("a temporary trigger is not part of the schema"));
    }
    let definition = format!("CREATE TRIGGER {}", cursor.since(start));
    let trigger = Trigger {
        name,
        definition: SqlExpr::definition(reader.dialect, definition),
        enabled: true,
        comment: None,
        origin: reader.origin(cursor.span_since(0)),
    };
    Ok(Outcome::one(CreateTrigger { table, trigger, or_replace: false, if_not_exists }))
}

/// Returns the trigger's name as it is spelled where it was made, and its table.
pub(crate) fn known_trigger(reader: &Reader, name: String) -> (String, Option<ObjectName>) {
    let Some(schema) = &reader.schema else { return (name, None) };
    let on_tables = schema.tables.values().map(|table| (&table.name, &table.triggers));
    let on_views = schema.views.values().map(|view| (&view.name, &view.triggers));
    for (table, triggers) in on_tables.chain(on_views) {
        if let Some(trigger) = triggers.iter().find(|trigger| trigger.name.eq_ignore_ascii_case(&name)) {
            return (trigger.name.clone(), Some(table.clone()));
        }
    }
    (name, None)
}
