//! Statements that concern the connection only, and the search path that they set.

use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};
use crate::result::{Effect, Transaction};

/// Reads `SET`, `RESET`, `SHOW` and their kin; `None` if it is none of them.
pub(crate) fn session(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Option<Outcome>> {
    if cursor.eat("SET") {
        set(reader, cursor)?;
    } else if cursor.is("RESET ALL") || cursor.is("RESET SEARCH_PATH") || cursor.is("DISCARD ALL") {
        reader.session.search_path.clear();
    } else if cursor.is("SECURITY LABEL") || cursor.is("REASSIGN OWNED") {
        cursor.rest();
        return Ok(Some(Outcome::left_out("security labels and owners are not modelled")));
    } else if !SESSION.iter().any(|word| cursor.is(word)) {
        return Ok(None);
    }
    cursor.rest();
    Ok(Some(Outcome::of(Effect::Session)))
}

const SESSION: &[&str] = &[
    "RESET",
    "SHOW",
    "DISCARD",
    "LISTEN",
    "NOTIFY",
    "UNLISTEN",
    "PREPARE",
    "DEALLOCATE",
    "LOAD",
    "CHECKPOINT",
    "CLOSE",
    "DECLARE",
    "FETCH",
    "MOVE",
];

fn set(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<()> {
    let local = cursor.eat("LOCAL");
    cursor.eat("SESSION");
    let path = if cursor.eat("SEARCH_PATH") {
        if cursor.eat_any(&["TO", "="]).is_none() {
            return Err(cursor.unexpected("`TO` or `=`"));
        }
        Some(path(cursor)?)
    } else if cursor.is("SCHEMA") {
        cursor.advance();
        Some(vec![cursor.string()?])
    } else {
        None
    };
    let Some(path) = path else { return Ok(()) };
    if local && reader.session.path_after_transaction.is_none() {
        reader.session.path_after_transaction = Some(reader.session.search_path.clone());
    }
    reader.session.search_path = path;
    Ok(())
}

fn path(cursor: &mut Cursor<'_>) -> Read<Vec<String>> {
    if cursor.eat("DEFAULT") {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    loop {
        found.push(if cursor.peek().starts_with('\'') { cursor.string()? } else { cursor.identifier()? });
        if !cursor.eat(",") {
            return Ok(found);
        }
    }
}

/// `SET LOCAL` lasts up to the end of the transaction.
pub(crate) fn end_of_transaction(reader: &mut Reader, transaction: Transaction) {
    if matches!(transaction, Transaction::Commit | Transaction::Rollback)
        && let Some(path) = reader.session.path_after_transaction.take()
    {
        reader.session.search_path = path;
    }
}
