//! Views and materialized views.

use trueup_schema::ops::{CreateView, RenameColumn, RenameView};
use trueup_schema::{ObjectName, Origin, SqlExpr, View};

use super::query;
use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Reads what follows `CREATE … VIEW`.
pub(crate) fn create_view(
    reader: &mut Reader,
    cursor: &mut Cursor<'_>,
    temporary: bool,
    or_replace: bool,
    recursive: bool,
) -> Read<Outcome> {
    let parts = cursor.dotted()?;
    let names = if cursor.is("(") { cursor.names()? } else { Vec::new() };
    if temporary {
        reader.session.temporary.extend(parts.last().cloned());
        cursor.rest();
        return Ok(Outcome::left_out("a temporary view is not part of the schema"));
    }
    let options = cursor.eat("WITH");
    if options {
        cursor.parenthesised()?;
    }
    cursor.expect("AS")?;
    let derived = query::columns(reader, cursor);
    let (text, checked) =
        query_text(cursor, &["WITH CASCADED CHECK OPTION", "WITH LOCAL CHECK OPTION", "WITH CHECK OPTION"]);
    let name = reader.created(&parts);
    let query = if recursive {
        let (name, list) = (trueup_schema::name::quote_identifier(&name.name), names.join(", "));
        format!("WITH RECURSIVE {name}({list}) AS ({text}) SELECT {list} FROM {name}")
    } else {
        text.to_owned()
    };
    let columns = named(names, derived);
    let view = view(reader, cursor, name, false, columns, &query);
    let outcome = Outcome::one(CreateView { view, or_replace, if_not_exists: false });
    Ok(if options || checked { outcome.notice("options of a view are not modelled") } else { outcome })
}

/// Reads what follows `CREATE MATERIALIZED VIEW`.
pub(crate) fn create_materialized_view(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = reader.created(&cursor.dotted()?);
    let names = if cursor.is("(") { cursor.names()? } else { Vec::new() };
    if cursor.eat("USING") {
        cursor.identifier()?;
    }
    if cursor.eat("WITH") {
        cursor.parenthesised()?;
    }
    if cursor.eat("TABLESPACE") {
        cursor.identifier()?;
    }
    cursor.expect("AS")?;
    let derived = query::columns(reader, cursor);
    let (text, _) = query_text(cursor, &["WITH NO DATA", "WITH DATA"]);
    let columns = named(names, derived);
    let view = view(reader, cursor, name, true, columns, text);
    Ok(Outcome::one(CreateView { view, or_replace: false, if_not_exists }))
}

/// Returns the query up to one of the clauses that can end the statement, and whether one did.
fn query_text<'a>(cursor: &mut Cursor<'a>, tails: &[&str]) -> (&'a str, bool) {
    let start = cursor.position();
    cursor.skip_until(|cursor| {
        tails.iter().any(|tail| {
            let mut ahead = cursor.clone();
            ahead.eat(tail) && ahead.is_end()
        })
    });
    let text = cursor.since(start);
    let ended = !cursor.is_end();
    cursor.rest();
    (text, ended)
}

/// Names of the list replace the query's own, from the first on.
fn named(names: Vec<String>, derived: Option<Vec<(String, trueup_schema::ColumnType)>>) -> Vec<String> {
    let derived = derived.unwrap_or_default();
    let rest: Vec<String> = derived.into_iter().skip(names.len()).map(|(name, _)| name).collect();
    names.into_iter().chain(rest).collect()
}

fn view(
    reader: &Reader,
    cursor: &Cursor<'_>,
    name: ObjectName,
    materialized: bool,
    columns: Vec<String>,
    query: &str,
) -> View {
    View {
        name,
        materialized,
        columns,
        query: SqlExpr::definition(reader.dialect, query),
        indexes: Vec::new(),
        triggers: Vec::new(),
        comment: None,
        origin: if cursor.is_end() { reader.origin(cursor.span_since(0)) } else { Origin::none() },
    }
}

/// Reads what follows `ALTER [MATERIALIZED] VIEW`.
pub(crate) fn alter_view(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let if_exists = cursor.eat("IF EXISTS");
    let name = reader.relation(&cursor.dotted()?);
    let missing =
        |reader: &Reader| reader.schema.as_ref().is_some_and(|schema| !schema.views.contains_key(&name));
    if if_exists && missing(reader) {
        cursor.rest();
        return Ok(Outcome::schema(Vec::new()).notice(format!("view `{name}` does not exist")));
    }
    if cursor.eat("RENAME TO") {
        let new_name = name.sibling(cursor.identifier()?);
        return Ok(Outcome::one(RenameView { name, new_name }));
    }
    if cursor.eat("SET SCHEMA") {
        let namespace = cursor.identifier()?;
        let new_name = ObjectName::qualified(reader.dialect, Some(&namespace), name.name.clone());
        return Ok(Outcome::one(RenameView { name, new_name }));
    }
    if cursor.eat("RENAME") {
        cursor.eat("COLUMN");
        let column = cursor.identifier()?;
        cursor.expect("TO")?;
        let new_name = cursor.identifier()?;
        return Ok(Outcome::one(RenameColumn { table: name, column, new_name }));
    }
    cursor.rest();
    Ok(Outcome::left_out("owners, options and column defaults of views are not modelled"))
}
