//! Constraints as they are written, behind a column or as parts of the table: what they are, and their bytes.
//!
//! This is the reader of `sqlite::table` once more, but it keeps places instead of meanings, so that a change can be
//! made in the text.

use std::ops::Range;

use super::body::since;
use crate::cursor::{Cursor, Read};
use crate::sqlite::table::{conflict, default_text};

/// A constraint in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) name: Option<String>,
    /// The bytes of its name.
    pub(super) name_range: Option<Range<usize>>,
    /// Where it begins behind `CONSTRAINT name`.
    pub(super) keyword: usize,
    /// All of its bytes.
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    PrimaryKey(Key),
    NotNull,
    Null,
    Unique(Key),
    /// The bytes of the condition.
    Check(Range<usize>),
    Default,
    Collate,
    ForeignKey(Reference),
    /// `DEFERRABLE` apart from its `REFERENCES`.
    Deferrable,
    /// The bytes of the expression.
    Generated(Range<usize>),
}

/// The columns of a key; none where it is written behind its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) columns: Vec<KeyColumn>,
    pub(super) autoincrement: bool,
    /// `PRIMARY KEY DESC` behind a column, which makes it no row number.
    pub(super) descending: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyColumn {
    pub(super) name: String,
    /// Bytes of the whole part, `a COLLATE NOCASE DESC`.
    pub(super) range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Empty where it is written behind its column.
    pub(super) columns: Vec<String>,
    pub(super) table: String,
    pub(super) referenced: Vec<String>,
}

impl Clause {
    /// Reads a constraint of the table.
    pub(super) fn of_table(cursor: &mut Cursor<'_>) -> Read<Self> {
        Self::read(cursor, |cursor| {
            if cursor.eat("PRIMARY KEY") {
                Ok(Kind::PrimaryKey(key(cursor)?))
            } else if cursor.eat("UNIQUE") {
                Ok(Kind::Unique(key(cursor)?))
            } else if cursor.eat("CHECK") {
                check(cursor)
            } else if cursor.eat("FOREIGN KEY") {
                let columns = cursor.names()?;
                references(cursor, columns)
            } else {
                Err(cursor.unexpected("a constraint of the table"))
            }
        })
    }

    /// Reads a constraint behind a column.
    pub(super) fn of_column(cursor: &mut Cursor<'_>) -> Read<Self> {
        Self::read(cursor, column_kind)
    }

    fn read(cursor: &mut Cursor<'_>, kind: impl FnOnce(&mut Cursor<'_>) -> Read<Kind>) -> Read<Self> {
        let start = cursor.position();
        let (mut name, mut name_range) = (None, None);
        if cursor.eat("CONSTRAINT") {
            let position = cursor.position();
            name = Some(cursor.identifier()?);
            name_range = Some(since(cursor, position));
        }
        let keyword = cursor.here().start as usize;
        let kind = kind(cursor)?;
        Ok(Self { name, name_range, keyword, range: since(cursor, start), kind })
    }

    /// Returns its columns, given the column behind which it is written.
    pub(super) fn columns(&self, own: Option<&str>) -> Vec<String> {
        let names: Vec<String> = match &self.kind {
            Kind::PrimaryKey(key) | Kind::Unique(key) => {
                key.columns.iter().map(|column| column.name.clone()).collect()
            }
            Kind::ForeignKey(reference) => reference.columns.clone(),
            _ => return Vec::new(),
        };
        if names.is_empty() { own.map(str::to_owned).into_iter().collect() } else { names }
    }
}

fn column_kind(cursor: &mut Cursor<'_>) -> Read<Kind> {
    if cursor.eat("PRIMARY KEY") {
        let descending = cursor.eat_any(&["ASC", "DESC"]) == Some(1);
        conflict(cursor)?;
        let autoincrement = cursor.eat("AUTOINCREMENT");
        Ok(Kind::PrimaryKey(Key { columns: Vec::new(), autoincrement, descending }))
    } else if cursor.eat("NOT NULL") {
        conflict(cursor)?;
        Ok(Kind::NotNull)
    } else if cursor.eat("NULL") {
        conflict(cursor)?;
        Ok(Kind::Null)
    } else if cursor.eat("UNIQUE") {
        conflict(cursor)?;
        Ok(Kind::Unique(Key { columns: Vec::new(), autoincrement: false, descending: false }))
    } else if cursor.eat("CHECK") {
        check(cursor)
    } else if cursor.eat("DEFAULT") {
        default_text(cursor)?;
        Ok(Kind::Default)
    } else if cursor.eat("COLLATE") {
        cursor.identifier()?;
        Ok(Kind::Collate)
    } else if cursor.is("REFERENCES") {
        references(cursor, Vec::new())
    } else if deferrable(cursor) {
        Ok(Kind::Deferrable)
    } else if cursor.eat("GENERATED ALWAYS AS") || cursor.eat("AS") {
        let expression = in_parentheses(cursor)?;
        let _ = cursor.eat("STORED") || cursor.eat("VIRTUAL");
        Ok(Kind::Generated(expression))
    } else {
        Err(cursor.unexpected("a constraint of the column"))
    }
}

fn check(cursor: &mut Cursor<'_>) -> Read<Kind> {
    let condition = in_parentheses(cursor)?;
    conflict(cursor)?;
    Ok(Kind::Check(condition))
}

/// Reads an expression in parentheses and returns its bytes, comments at its ends included.
fn in_parentheses(cursor: &mut Cursor<'_>) -> Read<Range<usize>> {
    let position = cursor.position();
    cursor.parenthesised()?;
    let all = since(cursor, position);
    Ok(all.start + 1..all.end - 1)
}

fn key(cursor: &mut Cursor<'_>) -> Read<Key> {
    let mut key = Key { columns: Vec::new(), autoincrement: false, descending: false };
    for mut part in cursor.parenthesised()?.list() {
        let position = part.position();
        let name = part.identifier()?;
        key.autoincrement |= part.mentions(&["AUTOINCREMENT"]);
        part.rest();
        key.columns.push(KeyColumn { name, range: since(&part, position) });
    }
    conflict(cursor)?;
    Ok(key)
}

fn references(cursor: &mut Cursor<'_>, columns: Vec<String>) -> Read<Kind> {
    cursor.expect("REFERENCES")?;
    let table = cursor.identifier()?;
    let referenced = if cursor.is("(") { cursor.names()? } else { Vec::new() };
    loop {
        if cursor.eat("ON DELETE") || cursor.eat("ON UPDATE") || cursor.eat("ON INSERT") {
            let actions = ["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"];
            if cursor.eat_any(&actions).is_none() {
                return Err(cursor.unexpected("an action"));
            }
        } else if cursor.eat("MATCH") {
            cursor.identifier()?;
        } else if !deferrable(cursor) {
            return Ok(Kind::ForeignKey(Reference { columns, table, referenced }));
        }
    }
}

fn deferrable(cursor: &mut Cursor<'_>) -> bool {
    if !(cursor.eat("NOT DEFERRABLE") || cursor.eat("DEFERRABLE")) {
        return false;
    }
    let _ = cursor.eat("INITIALLY DEFERRED") || cursor.eat("INITIALLY IMMEDIATE");
    true
}
