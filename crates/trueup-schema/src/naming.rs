//! The names that PostgreSQL and SQLAlchemy give to constraints, indexes and sequences which the user left unnamed.
//!
//! Two schemas are only comparable when both carry the names the server would have chosen, so the rules here follow
//! the server byte by byte: cutting to 63 bytes on character borders, numbering on collision, which columns count.
//! What is *taken* is the caller's knowledge; every function that chooses takes a predicate for it. This module
//! does not look at a [`Schema`](crate::Schema).
//!
//! Which names are taken (PostgreSQL 15, measured):
//! - indexes and sequences: every relation of the namespace (tables, views, indexes, sequences);
//! - primary key, unique, exclude: the relations *and* the constraints of the namespace, of whatever table;
//! - check and foreign key: the constraints of the namespace, of whatever table.

use std::collections::BTreeSet;

mod convention;
pub(crate) mod md5;

pub use convention::{
    Convention, ConventionError, ConventionFacts, ConventionKind, GivenName, sqlalchemy_label,
};

/// Longest identifier of PostgreSQL in bytes (17 §4.1.1: `NAMEDATALEN - 1`).
const MAX_BYTES: usize = 63;

/// The parts from which the server makes a name: `<name1>_<name2>_<label>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameParts {
    /// The table.
    pub name1: String,
    /// The columns joined by `_`; empty when the name has no such part.
    pub name2: String,
    /// What the object is: `pkey`, `key`, `fkey`, `check`, `excl`, `idx`, `seq`.
    pub label: &'static str,
}

impl NameParts {
    /// Returns the name that the server tries first.
    pub fn first(&self) -> String {
        object_name(&self.name1, &self.name2, self.label)
    }

    /// Returns the first name that is not taken: `t_a_key`, `t_a_key1`, `t_a_key2` …
    pub fn choose(&self, taken: &dyn Fn(&str) -> bool) -> String {
        choose(&self.name1, &self.name2, self.label, taken)
    }
}

/// Returns the first name of `<name1>_<name2>_<label>`, `…<label>1`, `…<label>2` that is not taken.
///
/// Source: `ChooseConstraintName` and `ChooseRelationName` of PostgreSQL; the number belongs to the label, so the
/// other parts are cut shorter for it.
pub fn choose(name1: &str, name2: &str, label: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let mut name = object_name(name1, name2, label);
    let mut pass = 0_u32;
    while taken(&name) && pass < u32::MAX {
        pass += 1;
        name = object_name(name1, name2, &format!("{label}{pass}"));
    }
    name
}

/// Returns `<name1>_<name2>_<label>` cut to 63 bytes; an empty `name2` or `label` leaves out its underscore too.
///
/// The longer of the two names loses bytes first, the label none; each is then cut back to a whole character, which
/// is why a name of two-byte letters can end up a byte shorter than the limit.
pub fn object_name(name1: &str, name2: &str, label: &str) -> String {
    let overhead = usize::from(!name2.is_empty()) + if label.is_empty() { 0 } else { label.len() + 1 };
    let available = MAX_BYTES.saturating_sub(overhead);
    let (length1, length2) = match (name1.len(), name2.len()) {
        (length1, length2) if length1 + length2 <= available => (length1, length2),
        (length1, _) if length1 <= available / 2 => (length1, available - length1),
        (_, length2) if length2 <= available / 2 => (available - length2, length2),
        _ => (available.div_ceil(2), available / 2),
    };
    let mut name = clip(name1, length1).to_owned();
    if !name2.is_empty() {
        name.push('_');
        name.push_str(clip(name2, length2));
    }
    if !label.is_empty() {
        name.push('_');
        name.push_str(label);
    }
    name
}

/// Returns an identifier as the server stores it: cut to 63 bytes on a character border.
pub fn stored_identifier(name: &str) -> &str {
    clip(name, MAX_BYTES)
}

/// Returns the parts of a primary key's name, `<table>_pkey`.
pub fn primary_key(table: &str) -> NameParts {
    parts(table, String::new(), "pkey")
}

/// Returns the parts of a unique constraint's name, `<table>_<columns>_key`; `INCLUDE` columns count too.
pub fn unique<S: AsRef<str>>(table: &str, columns: &[S]) -> NameParts {
    parts(table, index_columns(columns), "key")
}

/// Returns the parts of a foreign key's name, `<table>_<columns>_fkey`.
pub fn foreign_key<S: AsRef<str>>(table: &str, columns: &[S]) -> NameParts {
    let columns: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
    parts(table, columns.join("_"), "fkey")
}

/// Returns the parts of a check's name: `<table>_<column>_check` for a single column, else `<table>_check`.
pub fn check(table: &str, column: Option<&str>) -> NameParts {
    parts(table, column.unwrap_or_default().to_owned(), "check")
}

/// Returns the parts of a check's name from the columns its expression mentions.
///
/// The column counts when the expression mentions exactly one distinct column, wherever the check was written: a
/// check behind column `e` that only mentions `a` is `t_a_check`, and one that mentions `a` and `e` is `t_check`.
/// Columns are compared as stored; system columns such as `tableoid` count like any other.
pub fn check_name_for<S: AsRef<str>>(table: &str, expression_columns: &[S]) -> NameParts {
    let distinct: BTreeSet<&str> = expression_columns.iter().map(AsRef::as_ref).collect();
    let single = if distinct.len() == 1 { distinct.first().copied() } else { None };
    check(table, single)
}

/// Returns the parts of an EXCLUDE constraint's name, `<table>_<elements>_excl`; see [`index`] for the elements.
pub fn exclude<S: AsRef<str>>(table: &str, elements: &[S]) -> NameParts {
    parts(table, index_columns(elements), "excl")
}

/// Returns the parts of the name of a serial or identity column's sequence, `<table>_<column>_seq`.
pub fn sequence(table: &str, column: &str) -> NameParts {
    parts(table, column.to_owned(), "seq")
}

/// Returns the parts of an index's name, `<table>_<parts>_idx`.
///
/// A part is the column's name, or for an expression what [`SqlExpr::index_column_name`](crate::SqlExpr) says
/// (`lower` for `lower(a)`, `expr` where the expression has no name of its own); `INCLUDE` columns count too.
pub fn index<S: AsRef<str>>(table: &str, index_parts: &[S]) -> NameParts {
    parts(table, index_columns(index_parts), "idx")
}

fn parts(name1: &str, name2: String, label: &'static str) -> NameParts {
    NameParts { name1: stored_identifier(name1).to_owned(), name2, label }
}

/// Joins the columns of an index; the second `expr` becomes `expr1`, as in the index itself.
fn index_columns<S: AsRef<str>>(names: &[S]) -> String {
    let mut chosen: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let original = stored_identifier(name.as_ref());
        let mut current = original.to_owned();
        let mut number = 1;
        while chosen.contains(&current) {
            let digits = number.to_string();
            current = format!("{}{digits}", clip(original, MAX_BYTES - digits.len()));
            number += 1;
        }
        chosen.push(current);
    }
    chosen.join("_")
}

/// Returns the longest prefix of whole characters within a number of bytes.
fn clip(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests;
