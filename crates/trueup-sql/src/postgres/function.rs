//! Functions, procedures, aggregates, and `DO`.

use trueup_schema::ops::CreateFunction;
use trueup_schema::{ColumnType, Function, SqlExpr};

use super::column::type_text;
use crate::cursor::{Cursor, Read};
use crate::lex::Kind;
use crate::reader::{Outcome, Reader};

/// Reads what follows `CREATE [OR REPLACE] FUNCTION`.
pub(crate) fn create_function(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    kind: &str,
    or_replace: bool,
) -> Read<Outcome> {
    let parts = cursor.dotted()?;
    if reader.is_temporary(&parts) {
        cursor.rest();
        return Ok(Outcome::left_out("a temporary function is not part of the schema"));
    }
    let name = reader.created(&parts);
    let start = cursor.position();
    let argument_types = arguments(reader, &mut cursor.parenthesised()?)?;
    cursor.rest();
    let function = Function {
        name,
        kind: kind.to_owned(),
        argument_types,
        definition: SqlExpr::definition(reader.dialect, cursor.since(start)),
        comment: None,
        origin: reader.origin(cursor.span_since(0)),
    };
    Ok(Outcome::one(CreateFunction { function, or_replace }))
}

/// Reads what follows `ALTER FUNCTION` and its kin.
pub(crate) fn alter_function(_reader: &Reader, cursor: &mut Cursor<'_>, _kind: usize) -> Read<Outcome> {
    cursor.dotted()?;
    if cursor.is("(") {
        cursor.parenthesised()?;
    }
    if cursor.is("OWNER TO") || cursor.is("DEPENDS ON") || cursor.is("NO DEPENDS ON") {
        cursor.rest();
        return Ok(Outcome::left_out("owners of functions are not modelled"));
    }
    cursor.rest();
    Ok(Outcome::opaque(cursor.whole(), "changing a function in place is not modelled"))
}

/// Returns the types of the input arguments.
pub(crate) fn arguments(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Vec<ColumnType>> {
    let mut types = Vec::new();
    for mut argument in cursor.list() {
        if argument.eat("*") {
            continue;
        }
        // An aggregate can have `ORDER BY` between its arguments.
        argument.eat("ORDER BY");
        types.extend(self::argument(reader, &mut argument)?);
    }
    Ok(types)
}

/// Reads `[mode] [name] type [DEFAULT …]`; `None` for an output.
fn argument(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Option<ColumnType>> {
    let mut output = mode(cursor);
    let start = cursor.position();
    let mut text = type_text(cursor);
    if text.is_err() || !at_default(cursor) {
        // What looked like a type is the name; a mode can also follow the name.
        cursor.go(start);
        cursor.identifier()?;
        output |= mode(cursor);
        text = type_text(cursor);
    }
    let text = text?;
    if !at_default(cursor) {
        return Err(cursor.unexpected("`DEFAULT` or `,`"));
    }
    cursor.rest();
    // Functions know no lengths: `f(varchar(10))` is `f(varchar)`.
    let declared = || ColumnType { modifiers: Vec::new(), ..reader.column_type(text) };
    Ok((!output).then(declared))
}

/// Consumes a mode and tells whether it is an output.
fn mode(cursor: &mut Cursor<'_>) -> bool {
    if cursor.eat("IN OUT") {
        return false;
    }
    cursor.eat_any(&["IN", "INOUT", "VARIADIC", "OUT"]) == Some(3)
}

fn at_default(cursor: &Cursor<'_>) -> bool {
    cursor.is_end() || cursor.is("DEFAULT") || cursor.is("=") || cursor.is(":=")
}

/// Reads what follows `DO`.
pub(crate) fn do_block(reader: &mut Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let mut language = None;
    let mut body = None;
    while let Some(token) = cursor.token() {
        if cursor.eat("LANGUAGE") {
            language = Some(cursor.identifier().or_else(|_| cursor.string())?);
        } else if token.kind == Kind::Text && body.is_none() {
            body = Some(token);
            cursor.advance();
        } else {
            return Err(cursor.unexpected("the body"));
        }
    }
    let Some(body) = body else { return Err(cursor.unexpected("the body")) };
    if language.is_some_and(|language| !language.eq_ignore_ascii_case("plpgsql")) {
        return Ok(Outcome::opaque(cursor.whole(), "only PL/pgSQL is followed"));
    }
    Ok(crate::plpgsql::do_block(reader, cursor, body))
}
