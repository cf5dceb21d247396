//! `CREATE INDEX`, `ALTER INDEX`, and the key parts that EXCLUDE and PARTITION BY share with them.

use trueup_schema::ops::{CreateIndex, RenameIndex};
use trueup_schema::{Index, IndexKey, IndexPart, NullsOrder, ObjectName, naming};

use super::column::{collation, nulls_not_distinct};
use super::constraint::index_parameters;
use crate::cursor::{Cursor, Read};
use crate::lex::Kind;
use crate::reader::{Outcome, Reader};
use crate::session::is_relation;

/// Reads what follows `CREATE [UNIQUE] INDEX`.
pub(crate) fn create_index(reader: &Reader, cursor: &mut Cursor<'_>, unique: bool) -> Read<Outcome> {
    let concurrently = cursor.eat("CONCURRENTLY");
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = if cursor.is("ON") { None } else { Some(cursor.identifier()?) };
    cursor.expect("ON")?;
    cursor.eat("ONLY");
    let parts = cursor.dotted()?;
    let temporary = reader.is_temporary(&parts);
    let table = reader.relation(&parts);
    let method = if cursor.eat("USING") { cursor.identifier()? } else { "btree".to_owned() };
    let mut index = Index::new(String::new(), &[]);
    index.unique = unique;
    index.method = method;
    let mut keys = cursor.parenthesised()?;
    for mut part in keys.list() {
        index.parts.push(index_part(reader, &mut part)?);
        part.expect_end()?;
    }
    if cursor.eat("INCLUDE") {
        index.include = cursor.names()?;
    }
    index.nulls_not_distinct = nulls_not_distinct(cursor);
    index.storage = index_parameters(cursor)?.storage;
    if cursor.eat("TABLESPACE") {
        cursor.identifier()?;
    }
    if cursor.eat("WHERE") {
        index.predicate = Some(reader.expr(cursor.rest()));
    }
    cursor.expect_end()?;
    if temporary {
        return Ok(Outcome::left_out("the index of a temporary table is not part of the schema"));
    }
    index.name = match name {
        Some(name) => crate::session::stored(reader.dialect, &name).to_owned(),
        None => default_name(reader, &table, &index, &[]),
    };
    index.origin = reader.origin(cursor.span_since(0));
    Ok(Outcome::one(CreateIndex { table, index, concurrently, if_not_exists }))
}

/// Returns the name that the server gives an index without one; some names are taken by the same statement.
pub(crate) fn default_name(reader: &Reader, table: &ObjectName, index: &Index, taken: &[String]) -> String {
    let names: Vec<String> = index
        .parts
        .iter()
        .map(|part| match &part.key {
            IndexKey::Column(column) => column.clone(),
            IndexKey::Expression(expr) => expr.index_column_name(),
        })
        .chain(index.include.iter().cloned())
        .collect();
    naming::index(&table.name, &names).choose(&|name| {
        let relation = table.sibling(name);
        taken.iter().any(|taken| taken == name)
            || reader.schema.as_ref().is_some_and(|schema| is_relation(schema, &relation))
    })
}

/// Reads one key part: a column, a call or an expression in parentheses, with its options.
pub(crate) fn index_part(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<IndexPart> {
    let start = cursor.position();
    let mut part = if cursor.is("(") {
        let inner = cursor.parenthesised()?;
        match single_column(&inner) {
            Some(column) => IndexPart::column(column),
            None => IndexPart::expression(reader.expr(inner.whole())),
        }
    } else {
        let names = cursor.dotted()?;
        if cursor.is("(") {
            cursor.parenthesised()?;
            IndexPart::expression(reader.expr(cursor.since(start)))
        } else {
            IndexPart::column(names.join("."))
        }
    };
    if cursor.eat("COLLATE") {
        part.collation = collation(cursor)?;
    }
    part.operator_class = operator_class(cursor)?;
    part.descending = cursor.eat_any(&["ASC", "DESC"]) == Some(1);
    part.nulls = match cursor.eat_any(&["NULLS FIRST", "NULLS LAST"]) {
        Some(0) if !part.descending => Some(NullsOrder::First),
        Some(1) if part.descending => Some(NullsOrder::Last),
        _ => None,
    };
    Ok(part)
}

/// The server treats `((a))` as the column; `current_date` and its kin are no columns.
fn single_column(inner: &Cursor<'_>) -> Option<String> {
    let mut inner = inner.clone();
    let word = inner.peek().to_ascii_uppercase();
    let column = inner.identifier().ok()?;
    let special = word.starts_with("CURRENT_") || word.starts_with("LOCALTIME") || word == "SESSION_USER";
    (inner.is_end() && !special && !matches!(word.as_str(), "TRUE" | "FALSE" | "NULL" | "USER"))
        .then_some(column)
}

fn operator_class(cursor: &mut Cursor<'_>) -> Read<Option<String>> {
    let is_name = cursor.token().is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Quoted));
    if !is_name || ["ASC", "DESC", "NULLS", "WITH"].iter().any(|word| cursor.is(word)) {
        return Ok(None);
    }
    let mut names = cursor.dotted()?;
    names.retain(|name| name != "pg_catalog" && name != "public");
    let mut class = names.join(".");
    if cursor.is("(") {
        class.push_str(&format!("({})", cursor.parenthesised()?.whole()));
    }
    Ok(Some(class))
}

/// Reads what follows `ALTER INDEX`.
pub(crate) fn alter_index(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    if cursor.is("ALL IN TABLESPACE") {
        cursor.rest();
        return Ok(Outcome::left_out("tablespaces are not modelled"));
    }
    let if_exists = cursor.eat("IF EXISTS");
    let index = reader.relation(&cursor.dotted()?);
    if cursor.eat("RENAME TO") {
        let new_name = cursor.identifier()?;
        return Ok(Outcome::one(RenameIndex { index, new_name, if_exists }));
    }
    if cursor.is("SET TABLESPACE")
        || cursor.is("DEPENDS ON")
        || cursor.is("NO DEPENDS ON")
        || cursor.is("OWNER TO")
    {
        cursor.rest();
        return Ok(Outcome::left_out("tablespaces and owners of indexes are not modelled"));
    }
    if cursor.is("ATTACH PARTITION") {
        cursor.rest();
        return Ok(Outcome::left_out(
            "which index of a partition belongs to which of its parent is not modelled",
        ));
    }
    if cursor.is("ALTER") {
        cursor.rest();
        return Ok(Outcome::left_out("statistics targets are not modelled"));
    }
    // Storage parameters of an index have no operation of their own.
    Err(cursor.unexpected("`RENAME TO`"))
}
