//! PostgreSQL: finds the family of a statement by its first words and hands it to that family's reader.

use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};
use crate::result::{Effect, Transaction};

mod alter_table;
mod column;
mod comment;
mod constraint;
mod data;
mod domain;
mod drop;
mod function;
mod grant;
mod index;
mod namespace;
mod only;
mod policy;
mod query;
mod sequence;
mod session;
mod table;
mod trigger;
mod types;
mod unmodelled;
mod view;

pub(crate) use column::type_text;
pub(crate) use data::changing_call;
pub(crate) use query::columns as query_columns;

/// Reads one statement.
pub(crate) fn statement(reader: &mut Reader, cursor: &Cursor<'_>) -> Read<Outcome> {
    let mut cursor = cursor.clone();
    let start = cursor.clone();
    let mut outcome = dispatch(reader, &mut cursor)?;
    cursor.expect_end()?;
    only::settle(reader, start, &mut outcome);
    Ok(outcome)
}

fn dispatch(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    if cursor.eat("CREATE") {
        return create(reader, cursor);
    }
    if cursor.eat("ALTER") {
        return alter(reader, cursor);
    }
    if cursor.eat("DROP") {
        return drop::drop_statement(reader, cursor);
    }
    if cursor.eat("COMMENT ON") {
        return comment::comment(reader, cursor);
    }
    if let Some(granted) = cursor.eat_any(&["GRANT", "REVOKE"]) {
        return grant::grant(reader, cursor, granted == 0);
    }
    if cursor.eat("DO") {
        return function::do_block(reader, cursor);
    }
    if let Some(transaction) = transaction(cursor) {
        cursor.rest();
        session::end_of_transaction(reader, transaction);
        return Ok(Outcome::of(Effect::Transaction(transaction)));
    }
    if let Some(outcome) = session::session(reader, cursor)? {
        return Ok(outcome);
    }
    data::data(reader, cursor)
}

fn transaction(cursor: &Cursor<'_>) -> Option<Transaction> {
    let words = [
        ("BEGIN", Transaction::Begin),
        ("START TRANSACTION", Transaction::Begin),
        ("COMMIT", Transaction::Commit),
        ("END", Transaction::Commit),
        ("ROLLBACK", Transaction::Rollback),
        ("ABORT", Transaction::Rollback),
        ("SAVEPOINT", Transaction::Savepoint),
        ("RELEASE", Transaction::Savepoint),
    ];
    words.iter().find(|(words, _)| cursor.is(words)).map(|(_, transaction)| *transaction)
}

fn create(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let or_replace = cursor.eat("OR REPLACE");
    let mut persistence = table::Persistence::default();
    let _ = cursor.eat("GLOBAL") || cursor.eat("LOCAL");
    persistence.temporary = cursor.eat("TEMPORARY") || cursor.eat("TEMP");
    persistence.unlogged = cursor.eat("UNLOGGED");
    if cursor.eat("TABLE") {
        return table::create_table(reader, cursor, persistence);
    }
    if cursor.eat("UNIQUE INDEX") {
        return index::create_index(reader, cursor, true);
    }
    if cursor.eat("INDEX") {
        return index::create_index(reader, cursor, false);
    }
    if cursor.eat("RECURSIVE VIEW") {
        return view::create_view(reader, cursor, persistence.temporary, or_replace, true);
    }
    if cursor.eat("VIEW") {
        return view::create_view(reader, cursor, persistence.temporary, or_replace, false);
    }
    if cursor.eat("MATERIALIZED VIEW") {
        return view::create_materialized_view(reader, cursor);
    }
    if cursor.eat("SEQUENCE") {
        if persistence.temporary {
            reader.session.temporary.insert(cursor.clone().identifier()?);
            cursor.rest();
            return Ok(Outcome::left_out("a temporary sequence is not part of the schema"));
        }
        return sequence::create_sequence(reader, cursor);
    }
    if cursor.eat("TYPE") {
        return types::create_type(reader, cursor);
    }
    if cursor.eat("DOMAIN") {
        return domain::create_domain(reader, cursor);
    }
    if let Some(kind) = cursor.eat_any(&["FUNCTION", "PROCEDURE", "AGGREGATE"]) {
        let kind = ["function", "procedure", "aggregate"][kind];
        return function::create_function(reader, cursor, kind, or_replace);
    }
    if cursor.eat("CONSTRAINT TRIGGER") {
        return trigger::create_trigger(reader, cursor, or_replace, true);
    }
    if cursor.eat("TRIGGER") {
        return trigger::create_trigger(reader, cursor, or_replace, false);
    }
    if cursor.eat("POLICY") {
        return policy::create_policy(reader, cursor);
    }
    if cursor.eat("EXTENSION") {
        return namespace::create_extension(reader, cursor);
    }
    if cursor.eat("SCHEMA") {
        return namespace::create_schema(reader, cursor);
    }
    unmodelled::create(reader, cursor)
}

fn alter(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    if cursor.eat("TABLE") {
        return alter_table::alter_table(reader, cursor);
    }
    if cursor.eat("INDEX") {
        return index::alter_index(reader, cursor);
    }
    if cursor.eat("SEQUENCE") {
        return sequence::alter_sequence(reader, cursor);
    }
    if cursor.eat("TYPE") {
        return types::alter_type(reader, cursor);
    }
    if cursor.eat("DOMAIN") {
        return domain::alter_domain(reader, cursor);
    }
    if cursor.eat("MATERIALIZED VIEW") || cursor.eat("VIEW") {
        return view::alter_view(reader, cursor);
    }
    if cursor.eat("POLICY") {
        return policy::alter_policy(reader, cursor);
    }
    if cursor.eat("TRIGGER") {
        return trigger::alter_trigger(reader, cursor);
    }
    if let Some(kind) = cursor.eat_any(&["FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE"]) {
        return function::alter_function(reader, cursor, kind);
    }
    if cursor.eat("EXTENSION") {
        return namespace::alter_extension(reader, cursor);
    }
    if cursor.eat("SCHEMA") {
        return namespace::alter_schema(reader, cursor);
    }
    unmodelled::alter(reader, cursor)
}
