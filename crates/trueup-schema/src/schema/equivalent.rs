//! When two schemas are the same.

use std::sync::Arc;

use super::Schema;
use crate::ops::{Constraint, lookup, render};
use crate::{Column, Generated, SequenceOptions, Table};

impl Schema {
    /// Tells whether two schemas are equal up to normal form and to what a dialect cannot change in place: the order
    /// of columns, constraints, indexes and of whole objects.
    ///
    /// A type that is not known equals every type: nothing can be said about it.
    pub fn equivalent(&self, other: &Self) -> bool {
        let sorted = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort();
            names
        };
        self.dialect == other.dialect
            && sorted(&self.namespaces) == sorted(&other.namespaces)
            && self.extensions == other.extensions
            && self.enums == other.enums
            && self.domains == other.domains
            && self.views_equal(other)
            && self.functions == other.functions
            && self.unmodelled == other.unmodelled
            && self.sequences_equal(other)
            && self.tables_equal(other)
    }

    fn sequences_equal(&self, other: &Self) -> bool {
        self.sequences.len() == other.sequences.len()
            && self.sequences.iter().all(|(name, sequence)| {
                other.sequences.get(name).is_some_and(|twin| {
                    sequence.options.normal() == twin.options.normal()
                        && sequence.owned_by == twin.owned_by
                        && sequence.comment == twin.comment
                })
            })
    }

    fn views_equal(&self, other: &Self) -> bool {
        let normal = |view: &crate::View| {
            let mut view = view.clone();
            // Names of columns follow from the query.
            view.columns.clear();
            view.indexes.sort_by(|left, right| left.name.cmp(&right.name));
            view.triggers.sort_by(|left, right| left.name.cmp(&right.name));
            view
        };
        self.views.len() == other.views.len()
            && self
                .views
                .iter()
                .all(|(name, view)| other.views.get(name).is_some_and(|twin| normal(view) == normal(twin)))
    }

    fn tables_equal(&self, other: &Self) -> bool {
        self.tables.len() == other.tables.len()
            && self.tables.iter().all(|(name, table)| {
                other.tables.get(name).is_some_and(|twin| {
                    Arc::ptr_eq(table, twin)
                        || same_table(&self.normal_table(table), &other.normal_table(twin))
                })
            })
    }

    /// Returns a table in an order that depends on nothing but its content.
    pub(crate) fn normal_table(&self, table: &Table) -> Table {
        let mut table = table.clone();
        let own = table.clone();
        let names = self.dialect.names_constraints();
        for column in &mut table.columns {
            if let Some(Generated::Identity(identity)) = &mut column.generated {
                identity.sequence = SequenceOptions { data_type: None, ..identity.sequence.normal() };
                identity.sequence_name = None;
            }
            if names && own.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name)) {
                column.nullable = false;
            }
        }
        for key in &mut table.foreign_keys {
            let referenced =
                if key.referenced_table == own.name { Some(&own) } else { self.table(&key.referenced_table) };
            if let Some(referenced) = referenced {
                key.referenced_columns = lookup::referenced_columns(key, referenced);
            }
        }
        table.columns.sort_by(|left, right| left.name.cmp(&right.name));
        let text = |constraint: Constraint| render::constraint(self.dialect, &constraint);
        table.foreign_keys.sort_by_cached_key(|key| text(Constraint::ForeignKey(key.clone())));
        table.uniques.sort_by_cached_key(|unique| text(Constraint::Unique(unique.clone())));
        table.checks.sort_by_cached_key(render::check_canonical);
        table.excludes.sort_by_cached_key(|exclude| text(Constraint::Exclude(exclude.clone())));
        table.indexes.sort_by(|left, right| left.name.cmp(&right.name));
        table.triggers.sort_by(|left, right| left.name.cmp(&right.name));
        table.policies.sort_by(|left, right| left.name.cmp(&right.name));
        table.grants.sort();
        table.inherits.sort();
        table
    }
}

fn same_table(left: &Table, right: &Table) -> bool {
    let same_column = |left: &Column, right: &Column| {
        if left.column_type.is_unknown() || right.column_type.is_unknown() {
            *left == Column { column_type: left.column_type.clone(), ..right.clone() }
        } else {
            left == right
        }
    };
    left.columns.len() == right.columns.len()
        && left.columns.iter().zip(&right.columns).all(|(left, right)| same_column(left, right))
        && *left == Table { columns: left.columns.clone(), ..right.clone() }
}

impl SequenceOptions {
    /// Returns the options without those that say what the server assumes anyway.
    pub fn normal(&self) -> Self {
        let descending = self.increment.is_some_and(|increment| increment < 0);
        let (low, high) = match self.data_type.as_deref() {
            Some("smallint") => (i64::from(i16::MIN), i64::from(i16::MAX)),
            Some("integer") => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let (min, max) = if descending { (low, -1) } else { (1, high) };
        let start = if descending { self.max_value.unwrap_or(max) } else { self.min_value.unwrap_or(min) };
        let other = |value: Option<i64>, assumed: i64| value.filter(|value| *value != assumed);
        Self {
            data_type: self.data_type.clone().filter(|data_type| data_type != "bigint"),
            start: other(self.start, start),
            increment: other(self.increment, 1),
            min_value: other(self.min_value, min),
            max_value: other(self.max_value, max),
            cache: other(self.cache, 1),
            cycle: self.cycle,
        }
    }
}
