//! What can be told of a query's columns without a server: their names, and their types for one known table.

use trueup_schema::{Column, ColumnType};

use super::column::type_text;
use super::table::unknown_type;
use crate::cursor::Cursor;
use crate::lex::Kind;
use crate::reader::Reader;

/// Returns names and types of the columns of a plain `SELECT`; `None` where a name cannot be told.
pub(crate) fn columns(reader: &Reader, cursor: &Cursor<'_>) -> Option<Vec<(String, ColumnType)>> {
    let mut cursor = cursor.clone();
    if !cursor.eat("SELECT") {
        return None;
    }
    if cursor.eat("DISTINCT ON") {
        cursor.parenthesised().ok()?;
    } else {
        let _ = cursor.eat("DISTINCT") || cursor.eat("ALL");
    }
    let start = cursor.position();
    cursor.skip_until(|cursor| SELECT_ENDS.iter().any(|word| cursor.is(word)));
    let mut list = cursor.part(start, cursor.position());
    let source = source_columns(reader, &mut cursor);
    let mut found = Vec::new();
    for item in list.list() {
        found.extend(select_item(&item, source.as_deref())?);
    }
    Some(found)
}

const SELECT_ENDS: &[&str] = &[
    "FROM",
    "WHERE",
    "GROUP BY",
    "HAVING",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "ORDER BY",
    "LIMIT",
    "OFFSET",
    "WITH",
];

/// Returns the columns of `FROM name [alias]`, when that is the only source and a known table.
fn source_columns(reader: &Reader, cursor: &mut Cursor<'_>) -> Option<Vec<Column>> {
    if !cursor.eat("FROM") {
        return None;
    }
    cursor.eat("ONLY");
    let name = reader.relation(&cursor.dotted().ok()?);
    cursor.eat("AS");
    if !cursor.is_end()
        && !SELECT_ENDS.iter().any(|word| cursor.is(word))
        && !cursor.is(",")
        && !is_join(cursor)
    {
        cursor.identifier().ok()?;
    }
    if cursor.is(",") || is_join(cursor) || cursor.mentions(&["UNION", "INTERSECT", "EXCEPT"]) {
        return None;
    }
    let table = reader.schema.as_ref()?.table(&name)?;
    Some(table.columns.clone())
}

fn is_join(cursor: &Cursor<'_>) -> bool {
    ["JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL"].iter().any(|word| cursor.is(word))
}

fn select_item(item: &Cursor<'_>, source: Option<&[Column]>) -> Option<Vec<(String, ColumnType)>> {
    let mut cursor = item.clone();
    let typed = |name: &str| {
        let column = source.and_then(|source| source.iter().find(|column| column.name == name));
        column.map_or_else(unknown_type, |column| column.column_type.clone())
    };
    if cursor.eat("*") {
        let columns = source?.iter().map(|column| (column.name.clone(), column.column_type.clone()));
        return cursor.is_end().then(|| columns.collect());
    }
    // `expression AS name` names anything.
    let start = cursor.position();
    cursor.skip_until(|cursor| cursor.is("AS"));
    if cursor.eat("AS") {
        let name = cursor.identifier().ok()?;
        let mut inner = item.part(0, cursor.position().checked_sub(2)?);
        let column = inner.dotted().ok().filter(|_| inner.is_end()).and_then(|mut parts| parts.pop());
        let column_type = match column {
            Some(column) => typed(&column),
            None => cast_type(item, cursor.position().checked_sub(2)?),
        };
        return cursor.is_end().then(|| vec![(name, column_type)]);
    }
    cursor.go(start);
    let parts = cursor.dotted().ok()?;
    let name = parts.last()?.clone();
    if cursor.is_end() {
        return Some(vec![(name.clone(), typed(&name))]);
    }
    if cursor.eat("::") {
        let text = type_text(&mut cursor).ok()?;
        let column_type = ColumnType::parse(cursor.dialect, text);
        return cursor.is_end().then(|| vec![(name, column_type)]);
    }
    if cursor.is("(") {
        cursor.parenthesised().ok()?;
        if cursor.is_end() {
            return Some(vec![(name, unknown_type())]);
        }
    }
    // `expression name`: the last token names it, when what stands before it ends an operand.
    let alias = cursor.token().filter(|token| matches!(token.kind, Kind::Word | Kind::Quoted))?;
    let name = crate::lex::identifier(cursor.dialect, alias, cursor.text)?;
    cursor.advance();
    cursor.is_end().then(|| vec![(name, unknown_type())])
}

/// Returns the type of an expression that ends in a cast.
fn cast_type(item: &Cursor<'_>, end: usize) -> ColumnType {
    let mut inner = item.part(0, end);
    inner.skip_until(|cursor| cursor.is("::"));
    while inner.eat("::") {
        if let Ok(text) = type_text(&mut inner)
            && inner.is_end()
        {
            return ColumnType::parse(inner.dialect, text);
        }
        inner.skip_until(|cursor| cursor.is("::"));
    }
    unknown_type()
}
