//! A column with its type, default and constraints, as `CREATE TABLE` and `ADD COLUMN` write it.

use trueup_schema::{
    Check, Column, ColumnType, Computed, ForeignKey, Generated, Identity, ObjectName, PrimaryKey, Unique,
    naming,
};

use super::constraint::{Attributes, attributes, index_parameters, references};
use super::sequence::sequence_options;
use crate::cursor::{Cursor, Read};
use crate::lex::Kind;
use crate::reader::Reader;

/// A column and the constraints that were written behind it.
pub(crate) struct ColumnParts {
    pub(crate) column: Column,
    pub(crate) primary_key: Option<PrimaryKey>,
    pub(crate) uniques: Vec<Unique>,
    pub(crate) checks: Vec<Check>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
}

/// Reads `name type constraints…` to the end of the cursor.
pub(crate) fn column(reader: &Reader, cursor: &mut Cursor<'_>, table: &ObjectName) -> Read<ColumnParts> {
    let start = cursor.position();
    let name = cursor.identifier()?;
    let text = type_text(cursor)?;
    let mut column = Column::new(name, ColumnType::unknown(""));
    match serial_base(text) {
        Some(base) => {
            column.column_type = reader.column_type(base);
            text.clone_into(&mut column.column_type.raw);
            column.nullable = false;
            let sequence = sequence_name(reader, table, &column.name);
            column.generated = Some(Generated::Serial { sequence });
        }
        None => column.column_type = reader.column_type(text),
    }
    let mut parts = ColumnParts {
        column,
        primary_key: None,
        uniques: Vec::new(),
        checks: Vec::new(),
        foreign_keys: Vec::new(),
    };
    column_constraints(reader, cursor, &mut parts)?;
    parts.column.origin = reader.origin(cursor.span_since(start));
    Ok(parts)
}

/// Returns the name of the sequence behind a serial or identity column.
pub(crate) fn sequence_name(reader: &Reader, table: &ObjectName, column: &str) -> ObjectName {
    let name = naming::sequence(&table.name, column).choose(&|name| {
        let name = table.sibling(name);
        reader.schema.as_ref().is_some_and(|schema| crate::session::is_relation(schema, &name))
    });
    table.sibling(name)
}

/// Returns the type below `serial` and its kin.
pub(crate) fn serial_base(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "smallserial" | "serial2" => Some("smallint"),
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        _ => None,
    }
}

/// Reads a type and returns its text.
pub(crate) fn type_text<'a>(cursor: &mut Cursor<'a>) -> Read<&'a str> {
    let start = cursor.position();
    cursor.eat("SETOF");
    let quoted = cursor.token().is_some_and(|token| token.kind != Kind::Word);
    let first = cursor.peek().to_ascii_lowercase();
    cursor.identifier()?;
    if quoted {
        return type_tail(cursor, start);
    }
    match first.as_str() {
        "double" => {
            cursor.eat("PRECISION");
        }
        "national" => {
            let _ = cursor.eat("CHARACTER") || cursor.eat("CHAR");
            cursor.eat("VARYING");
        }
        "character" | "char" | "nchar" | "bit" => {
            cursor.eat("VARYING");
        }
        "interval" => {
            cursor
                .eat_any(&["YEAR TO MONTH", "DAY TO HOUR", "DAY TO MINUTE", "DAY TO SECOND"])
                .or_else(|| cursor.eat_any(&["HOUR TO MINUTE", "HOUR TO SECOND", "MINUTE TO SECOND"]))
                .or_else(|| cursor.eat_any(&["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"]));
        }
        _ => {}
    }
    type_tail(cursor, start)
}

fn type_tail<'a>(cursor: &mut Cursor<'a>, start: usize) -> Read<&'a str> {
    while cursor.eat(".") {
        cursor.identifier()?;
    }
    if cursor.is("% TYPE") || cursor.is("% ROWTYPE") {
        cursor.advance();
        cursor.advance();
    }
    if cursor.is("(") {
        cursor.parenthesised()?;
    }
    cursor.eat_any(&["WITH TIME ZONE", "WITHOUT TIME ZONE"]);
    cursor.eat("ARRAY");
    while cursor.eat("[") {
        if !cursor.is("]") {
            cursor.integer()?;
        }
        cursor.expect("]")?;
    }
    Ok(cursor.since(start))
}

/// Words that begin the next clause behind a column's default; the grammar there is the narrow `b_expr`, which has
/// neither `NOT` nor `IS NULL` nor `COLLATE` outside of parentheses.
const AFTER_DEFAULT: &[&str] = &[
    "CONSTRAINT",
    "NOT",
    "NULL",
    "CHECK",
    "DEFAULT",
    "GENERATED",
    "UNIQUE",
    "PRIMARY",
    "REFERENCES",
    "COLLATE",
    "DEFERRABLE",
    "INITIALLY",
    "STORAGE",
    "COMPRESSION",
];

/// Reads an expression behind `DEFAULT` up to the next clause of the column.
pub(crate) fn default_text<'a>(cursor: &mut Cursor<'a>) -> Read<&'a str> {
    let start = cursor.position();
    if cursor.is_end() {
        return Err(cursor.unexpected("an expression"));
    }
    let mut cases = 0_usize;
    let mut operand = true;
    while let Some(token) = cursor.token() {
        let word = cursor.spelled(token).to_ascii_uppercase();
        if token.kind == Kind::Word && cases == 0 && !operand && AFTER_DEFAULT.contains(&word.as_str()) {
            break;
        }
        match word.as_str() {
            "(" => {
                cursor.parenthesised()?;
                operand = false;
                continue;
            }
            "[" => {
                cursor.advance();
                cursor.skip_until(|cursor| cursor.is("]"));
            }
            "CASE" if token.kind == Kind::Word => cases += 1,
            "END" if token.kind == Kind::Word => cases = cases.saturating_sub(1),
            _ => {}
        }
        // `IS NOT DISTINCT FROM` goes on; so does whatever follows an operator.
        operand = token.kind == Kind::Operator || word == "IS" || (operand && word == "NOT");
        cursor.advance();
    }
    Ok(cursor.since(start))
}

/// Reads all constraints behind a column, up to the end of the cursor.
pub(crate) fn column_constraints(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    parts: &mut ColumnParts,
) -> Read<()> {
    while !cursor.is_end() {
        let start = cursor.position();
        let name = if cursor.eat("CONSTRAINT") { Some(cursor.identifier()?) } else { None };
        column_constraint(reader, cursor, parts, name, start)?;
    }
    if parts.primary_key.is_some() || matches!(parts.column.generated, Some(Generated::Identity(_))) {
        parts.column.nullable = false;
    }
    Ok(())
}

fn column_constraint(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    parts: &mut ColumnParts,
    name: Option<String>,
    start: usize,
) -> Read<()> {
    let column = &mut parts.column;
    if cursor.eat("NOT NULL") {
        column.nullable = false;
        attributes(cursor)?;
    } else if cursor.eat("NULL") {
        column.nullable = true;
    } else if cursor.eat("DEFAULT") {
        let text = default_text(cursor)?;
        column.default = reader.default(text, &column.column_type);
    } else if cursor.eat("GENERATED") {
        column.generated = Some(generated(reader, cursor)?);
    } else if cursor.eat("COLLATE") {
        column.collation = collation(cursor)?;
    } else if cursor.eat("STORAGE") || cursor.eat("COMPRESSION") {
        cursor.identifier()?;
    } else if cursor.eat("PRIMARY KEY") {
        let mut key = PrimaryKey::new(name, vec![column.name.clone()]);
        key.include = index_parameters(cursor)?.include;
        key.deferrable = attributes(cursor)?.deferrable;
        key.origin = reader.origin(cursor.span_since(start));
        parts.primary_key = Some(key);
    } else if cursor.eat("UNIQUE") {
        let mut unique = Unique::new(name, vec![column.name.clone()]);
        unique.nulls_not_distinct = nulls_not_distinct(cursor);
        unique.include = index_parameters(cursor)?.include;
        unique.deferrable = attributes(cursor)?.deferrable;
        unique.origin = reader.origin(cursor.span_since(start));
        parts.uniques.push(unique);
    } else if cursor.eat("CHECK") {
        let mut check = Check::new(name, reader.expr(cursor.parenthesised()?.whole()));
        let Attributes { no_inherit, not_valid, .. } = attributes(cursor)?;
        (check.no_inherit, check.not_valid) = (no_inherit, not_valid);
        check.origin = reader.origin(cursor.span_since(start));
        parts.checks.push(check);
    } else if cursor.is("REFERENCES") {
        let columns = vec![column.name.clone()];
        parts.foreign_keys.push(references(reader, cursor, name, columns, start)?);
    } else {
        return Err(cursor.unexpected("a constraint of the column"));
    }
    Ok(())
}

/// Reads `[NULLS [NOT] DISTINCT]`.
pub(crate) fn nulls_not_distinct(cursor: &mut Cursor<'_>) -> bool {
    cursor.eat_any(&["NULLS NOT DISTINCT", "NULLS DISTINCT"]) == Some(0)
}

/// Reads the name of a collation; the type's default one is none.
pub(crate) fn collation(cursor: &mut Cursor<'_>) -> Read<Option<String>> {
    let mut parts = cursor.dotted()?;
    parts.retain(|part| part != "pg_catalog");
    Ok(Some(parts.join(".")).filter(|name| name != "default"))
}

/// Reads what follows `GENERATED`.
pub(crate) fn generated(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Generated> {
    let always = match cursor.eat_any(&["ALWAYS", "BY DEFAULT"]) {
        Some(0) => true,
        Some(_) => false,
        None => return Err(cursor.unexpected("`ALWAYS` or `BY DEFAULT`")),
    };
    cursor.expect("AS")?;
    if cursor.eat("IDENTITY") {
        let mut identity =
            Identity { always, sequence: trueup_schema::SequenceOptions::default(), sequence_name: None };
        if cursor.is("(") {
            sequence_options(&mut cursor.parenthesised()?, &mut identity.sequence)?;
        }
        return Ok(Generated::Identity(identity));
    }
    let expr = reader.expr(cursor.parenthesised()?.whole());
    let stored = cursor.eat("STORED");
    if !stored {
        cursor.eat("VIRTUAL");
    }
    Ok(Generated::Computed(Computed { expr, stored }))
}
