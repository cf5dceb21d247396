//! Statements on rows. They matter here only where they hide a change of the schema.

use trueup_schema::{Function, Schema};

use crate::cursor::{Cursor, Read};
use crate::lex::{Kind, Lexer, Token, identifier};
use crate::reader::{Outcome, Reader};

const DATA: &[&str] = &[
    "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "VALUES", "TABLE", "COPY", "TRUNCATE", "LOCK",
    "ANALYZE", "ANALYSE", "VACUUM", "CALL", "EXECUTE", "EXPLAIN", "REINDEX", "CLUSTER", "REFRESH", "REPACK",
    "(",
];

/// Reads a statement on rows.
pub(crate) fn data(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    if !DATA.iter().any(|word| cursor.is(word)) {
        return Err(cursor.unexpected("a statement"));
    }
    if let Some(path) = set_config(cursor) {
        reader.session.search_path = path;
        cursor.rest();
        return Ok(Outcome::of(crate::Effect::Session));
    }
    let sql = cursor.whole();
    if let Some(outcome) = select_into(reader, cursor) {
        cursor.rest();
        return Ok(outcome);
    }
    let changing = reader.schema.as_ref().and_then(|schema| changing_call(schema, cursor));
    cursor.rest();
    if let Some(name) = changing {
        let reason = format!("it calls `{name}`, whose body changes the schema");
        return Ok(Outcome::opaque(sql, reason));
    }
    Ok(Outcome::data(sql))
}

/// Reads `SELECT pg_catalog.set_config('search_path', 'a, b', …)`, as pg_dump writes it.
fn set_config(cursor: &Cursor<'_>) -> Option<Vec<String>> {
    let mut cursor = cursor.clone();
    if !cursor.eat("SELECT") {
        return None;
    }
    cursor.eat("PG_CATALOG .");
    if !cursor.eat("SET_CONFIG (") || cursor.string().ok()? != "search_path" || !cursor.eat(",") {
        return None;
    }
    let value = cursor.string().ok()?;
    let names = value.split(',').map(|name| name.trim().trim_matches('"').to_owned());
    Some(names.filter(|name| !name.is_empty()).collect())
}

/// `SELECT … INTO name FROM …` creates a table.
fn select_into(reader: &mut Reader, cursor: &Cursor<'_>) -> Option<Outcome> {
    let mut cursor = cursor.clone();
    if !cursor.is("SELECT") {
        return None;
    }
    cursor.skip_until(|cursor| cursor.is("FROM") || cursor.is("INTO"));
    if !cursor.eat("INTO") {
        return None;
    }
    let temporary = cursor.eat("TEMPORARY") || cursor.eat("TEMP");
    cursor.eat("UNLOGGED");
    cursor.eat("TABLE");
    let name = cursor.dotted().ok()?;
    if temporary {
        reader.session.temporary.extend(name.last().cloned());
        return Some(Outcome::left_out("a temporary table is not part of the schema"));
    }
    Some(Outcome::opaque(cursor.whole(), "the columns of SELECT INTO are not known"))
}

/// Returns the first function called whose body changes the schema.
pub(crate) fn changing_call(schema: &Schema, cursor: &Cursor<'_>) -> Option<String> {
    if schema.functions.is_empty() {
        return None;
    }
    let mut cursor = cursor.clone();
    let mut previous: Option<Token> = None;
    while let Some(token) = cursor.token() {
        if cursor.spelled(token) == "(" {
            let name = previous.and_then(|token| identifier(cursor.dialect, token, cursor.text));
            if let Some(name) = name.filter(|name| is_changing(schema, name)) {
                return Some(name);
            }
        }
        previous = Some(token);
        cursor.advance();
    }
    None
}

fn is_changing(schema: &Schema, name: &str) -> bool {
    schema.functions.values().any(|function| function.name.name == name && changes_schema(function))
}

/// Tells whether a function's text has words of a schema change in its body.
fn changes_schema(function: &Function) -> bool {
    let dialect = trueup_schema::Dialect::Postgresql;
    let text = function.definition.text();
    let (tokens, _) = Lexer::all(dialect, text);
    tokens.iter().filter(|token| token.kind == Kind::Text).any(|token| {
        let body = crate::lex::text_value(&text[token.start..token.end]);
        let (inner, _) = Lexer::all(dialect, &body);
        Cursor::new(dialect, &body, &inner).mentions(&["CREATE", "ALTER", "DROP", "EXECUTE"])
    })
}
