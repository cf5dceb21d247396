//! `CREATE TABLE` with columns and constraints, and virtual tables.

use trueup_schema::ops::CreateTable;
use trueup_schema::{
    Check, Column, ColumnType, Computed, Deferrable, ForeignKey, Generated, IndexKey, Inline, PrimaryKey,
    ReferentialAction, Table, Unique,
};

use super::index::index_part;
use super::known_name;
use crate::cursor::{Cursor, Read};
use crate::lex::Kind;
use crate::reader::{Outcome, Reader};

/// Reads what follows `CREATE [TEMP] TABLE`.
pub(crate) fn create_table(reader: &mut Reader, cursor: &mut Cursor<'_>, temporary: bool) -> Read<Outcome> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let parts = cursor.dotted()?;
    if temporary || parts.first().is_some_and(|part| parts.len() > 1 && part.eq_ignore_ascii_case("temp")) {
        reader.session.temporary.extend(parts.last().cloned());
        cursor.rest();
        return Ok(Outcome::left_out("a temporary table is not part of the schema"));
    }
    let mut table = Table::new(reader.created(&parts));
    if cursor.eat("AS") {
        return Ok(create_table_as(reader, cursor, table, if_not_exists));
    }
    for mut element in cursor.parenthesised()?.list() {
        self::element(reader, &mut element, &mut table)?;
    }
    while !cursor.is_end() {
        if cursor.eat("STRICT") {
            table.strict = true;
        } else if cursor.eat("WITHOUT ROWID") {
            table.without_rowid = true;
        } else if !cursor.eat(",") {
            return Err(cursor.unexpected("`STRICT` or `WITHOUT ROWID`"));
        }
    }
    if table.without_rowid {
        not_null_key(&mut table);
    }
    table.origin = reader.origin(cursor.span_since(0));
    let outcome = Outcome::one(CreateTable { table, if_not_exists });
    let conflict = cursor.mentions(&["CONFLICT"]);
    Ok(if conflict { outcome.notice("ON CONFLICT of constraints is not modelled") } else { outcome })
}

/// Without a row number the columns of the key are really NOT NULL (sqlite.org/withoutrowid.html, 2.0 point 5).
fn not_null_key(table: &mut Table) {
    let Some(key) = &table.primary_key else { return };
    for column in &mut table.columns {
        if key.columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name)) {
            column.nullable = false;
        }
    }
}

/// A table of a query keeps names and affinities only; what those are is known for plain columns of one table.
fn create_table_as(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    mut table: Table,
    if_not_exists: bool,
) -> Outcome {
    let columns = crate::postgres::query_columns(reader, cursor);
    cursor.rest();
    let Some(columns) = columns else {
        return Outcome::opaque(cursor.whole(), "the columns of the query cannot be told from its text");
    };
    let column = |(name, _): (String, ColumnType)| {
        Column::new(name, ColumnType::unknown("CREATE TABLE AS keeps only the affinity of a query's column"))
    };
    table.columns = columns.into_iter().map(column).collect();
    table.origin = reader.origin(cursor.span_since(0));
    Outcome::one(CreateTable { table, if_not_exists })
}

/// Reads what follows `CREATE VIRTUAL TABLE`.
pub(crate) fn create_virtual_table(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let mut table = Table::new(reader.created(&cursor.dotted()?));
    cursor.expect("USING")?;
    table.virtual_module = Some(cursor.rest().to_owned());
    table.origin = reader.origin(cursor.span_since(0));
    Ok(Outcome::one(CreateTable { table, if_not_exists }))
}

fn element(reader: &Reader, cursor: &mut Cursor<'_>, table: &mut Table) -> Read<()> {
    // The comma between two constraints of the table may be missing.
    if !is_table_constraint(cursor) {
        let parts = column(reader, cursor)?;
        table.columns.push(parts.column);
        table.primary_key = table.primary_key.take().or(parts.primary_key);
        table.uniques.extend(parts.uniques);
        table.checks.extend(parts.checks);
        table.foreign_keys.extend(parts.foreign_keys);
    }
    while !cursor.is_end() {
        table_constraint(reader, cursor, table)?;
    }
    Ok(())
}

pub(super) fn is_table_constraint(cursor: &Cursor<'_>) -> bool {
    ["CONSTRAINT", "PRIMARY KEY", "UNIQUE (", "CHECK (", "FOREIGN KEY"].iter().any(|words| cursor.is(words))
}

fn table_constraint(reader: &Reader, cursor: &mut Cursor<'_>, table: &mut Table) -> Read<()> {
    let start = cursor.position();
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.identifier()?) } else { None };
    if cursor.eat("PRIMARY KEY") {
        let mut inner = cursor.parenthesised()?;
        // AUTOINCREMENT is allowed behind the column inside of the parentheses.
        let (columns, autoincrement) = key_columns(reader, &mut inner)?;
        let mut key = PrimaryKey::new(name, columns);
        key.autoincrement = autoincrement;
        conflict(cursor)?;
        key.origin = reader.origin(cursor.span_since(start));
        table.primary_key = Some(key);
    } else if cursor.eat("UNIQUE") {
        let (columns, _) = key_columns(reader, &mut cursor.parenthesised()?)?;
        let mut unique = Unique::new(name, columns);
        conflict(cursor)?;
        unique.origin = reader.origin(cursor.span_since(start));
        table.uniques.push(unique);
    } else if cursor.eat("CHECK") {
        let mut check = Check::new(name, reader.expr(cursor.parenthesised()?.whole()));
        conflict(cursor)?;
        check.origin = reader.origin(cursor.span_since(start));
        table.checks.push(check);
    } else if cursor.eat("FOREIGN KEY") {
        let columns = cursor.names()?;
        table.foreign_keys.push(references(reader, cursor, name, columns, start)?);
    } else {
        return Err(cursor.unexpected("a constraint of the table"));
    }
    Ok(())
}

fn key_columns(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<(Vec<String>, bool)> {
    let (mut columns, mut autoincrement) = (Vec::new(), false);
    for mut part in cursor.list() {
        let mut ahead = part.clone();
        ahead.identifier()?;
        if ahead.eat("AUTOINCREMENT") && ahead.is_end() {
            columns.push(part.identifier()?);
            autoincrement = true;
            continue;
        }
        match index_part(reader, &mut part)?.key {
            IndexKey::Column(column) => columns.push(column),
            IndexKey::Expression(_) => return Err(part.unexpected("a column")),
        }
        part.expect_end()?;
    }
    Ok((columns, autoincrement))
}

/// A column and the constraints that were written behind it.
pub(crate) struct ColumnParts {
    pub(crate) column: Column,
    pub(crate) primary_key: Option<PrimaryKey>,
    pub(crate) uniques: Vec<Unique>,
    pub(crate) checks: Vec<Check>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
}

/// Reads `name [type] constraints…`; stops before a constraint of the table.
pub(crate) fn column(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<ColumnParts> {
    let start = cursor.position();
    let name = cursor.identifier()?;
    let column_type = ColumnType::parse(reader.dialect, type_text(cursor)?);
    let mut parts = ColumnParts {
        column: Column::new(name, column_type),
        primary_key: None,
        uniques: Vec::new(),
        checks: Vec::new(),
        foreign_keys: Vec::new(),
    };
    while !cursor.is_end() && !starts_table_constraint(cursor) {
        let from = cursor.position();
        let name = if cursor.eat("CONSTRAINT") { Some(cursor.identifier()?) } else { None };
        column_constraint(reader, cursor, &mut parts, name, from)?;
    }
    parts.column.origin = reader.origin(cursor.span_since(start));
    Ok(parts)
}

/// A named constraint behind a column is the table's when it names columns itself.
fn starts_table_constraint(cursor: &Cursor<'_>) -> bool {
    let mut ahead = cursor.clone();
    if ahead.eat("CONSTRAINT") && ahead.identifier().is_err() {
        return false;
    }
    ["PRIMARY KEY (", "UNIQUE (", "FOREIGN KEY"].iter().any(|words| ahead.is(words))
}

/// Words that cannot be part of a type's name.
const AFTER_TYPE: &[&str] = &[
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "GENERATED",
    "AS",
    "FOREIGN",
];

/// Reads any number of words and at most one pair of parentheses; the text may be empty.
pub(super) fn type_text<'a>(cursor: &mut Cursor<'a>) -> Read<&'a str> {
    let start = cursor.position();
    while let Some(token) = cursor.token() {
        let generated_always = cursor.is("GENERATED") && !cursor.is("GENERATED ALWAYS");
        let is_name = match token.kind {
            Kind::Word => generated_always || !AFTER_TYPE.iter().any(|word| cursor.is(word)),
            Kind::Quoted | Kind::Text => true,
            _ => false,
        };
        if !is_name {
            break;
        }
        cursor.advance();
    }
    if cursor.position() > start && cursor.is("(") {
        cursor.parenthesised()?;
    }
    Ok(cursor.since(start))
}

fn column_constraint(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    parts: &mut ColumnParts,
    name: Option<String>,
    start: usize,
) -> Read<()> {
    let column = &mut parts.column;
    if cursor.eat("PRIMARY KEY") {
        let _ = cursor.eat_any(&["ASC", "DESC"]);
        conflict(cursor)?;
        let mut key = PrimaryKey::new(name, vec![column.name.clone()]);
        key.autoincrement = cursor.eat("AUTOINCREMENT");
        key.origin = reader.origin(cursor.span_since(start));
        parts.primary_key = Some(key);
    } else if cursor.eat("NOT NULL") {
        conflict(cursor)?;
        column.nullable = false;
    } else if cursor.eat("NULL") {
        conflict(cursor)?;
    } else if cursor.eat("UNIQUE") {
        conflict(cursor)?;
        let mut unique = Unique::new(name, vec![column.name.clone()]);
        unique.origin = reader.origin(cursor.span_since(start));
        parts.uniques.push(unique);
    } else if cursor.eat("CHECK") {
        let mut check = Check::new(name, reader.expr(cursor.parenthesised()?.whole()));
        conflict(cursor)?;
        check.inline = Inline(true);
        check.origin = reader.origin(cursor.span_since(start));
        parts.checks.push(check);
    } else if cursor.eat("DEFAULT") {
        let text = default_text(cursor)?;
        column.default = reader.default(text, &column.column_type);
    } else if cursor.eat("COLLATE") {
        column.collation = Some(cursor.identifier()?);
    } else if cursor.is("REFERENCES") {
        let columns = vec![column.name.clone()];
        let key = references(reader, cursor, name, columns, start)?;
        parts.foreign_keys.push(ForeignKey { inline: Inline(true), ..key });
    } else if cursor.eat("GENERATED ALWAYS AS") || cursor.eat("AS") {
        let expr = reader.expr(cursor.parenthesised()?.whole());
        let stored = cursor.eat("STORED");
        if !stored {
            cursor.eat("VIRTUAL");
        }
        column.generated = Some(Generated::Computed(Computed { expr, stored }));
    } else {
        return Err(cursor.unexpected("a constraint of the column"));
    }
    Ok(())
}

/// Reads a literal, a signed number, a word or an expression in parentheses, which keeps them.
pub(super) fn default_text<'a>(cursor: &mut Cursor<'a>) -> Read<&'a str> {
    let start = cursor.position();
    if cursor.is("(") {
        cursor.parenthesised()?;
    } else {
        let _ = cursor.eat("-") || cursor.eat("+");
        if cursor.is_end() {
            return Err(cursor.unexpected("a value"));
        }
        cursor.advance();
    }
    Ok(cursor.since(start))
}

/// Reads `ON CONFLICT …`, which is not modelled; the table says so in a notice.
pub(super) fn conflict(cursor: &mut Cursor<'_>) -> Read<()> {
    if cursor.eat("ON CONFLICT") {
        cursor.identifier()?;
    }
    Ok(())
}

fn references(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    columns: Vec<String>,
    start: usize,
) -> Read<ForeignKey> {
    cursor.expect("REFERENCES")?;
    let table = known_name(reader, &[cursor.identifier()?]);
    let referenced = if cursor.is("(") { cursor.names()? } else { Vec::new() };
    let mut key = ForeignKey::new(name, columns, table, referenced);
    loop {
        if cursor.eat("ON DELETE") {
            key.on_delete = action(cursor)?;
        } else if cursor.eat("ON UPDATE") {
            key.on_update = action(cursor)?;
        } else if cursor.eat("MATCH") {
            // SQLite parses MATCH and treats every kind as SIMPLE.
            cursor.identifier()?;
        } else if cursor.eat("NOT DEFERRABLE") {
            let _ = cursor.eat("INITIALLY DEFERRED") || cursor.eat("INITIALLY IMMEDIATE");
        } else if cursor.eat("DEFERRABLE") {
            // Without DEFERRED it behaves as if nothing was said (sqlite.org/foreignkeys.html, 4.2).
            let deferred = cursor.eat("INITIALLY DEFERRED");
            cursor.eat("INITIALLY IMMEDIATE");
            key.deferrable = if deferred { Deferrable::Deferred } else { Deferrable::Immediate };
        } else {
            break;
        }
    }
    key.origin = reader.origin(cursor.span_since(start));
    Ok(key)
}

fn action(cursor: &mut Cursor<'_>) -> Read<ReferentialAction> {
    let found = cursor.eat_any(&["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]);
    Ok(match found {
        Some(0) => ReferentialAction::NoAction,
        Some(1) => ReferentialAction::Restrict,
        Some(2) => ReferentialAction::Cascade,
        Some(3) => ReferentialAction::SetNull(Vec::new()),
        Some(_) => ReferentialAction::SetDefault(Vec::new()),
        None => return Err(cursor.unexpected("an action")),
    })
}
