//! Columns, and the sequences behind serial and identity columns.

use std::collections::{HashMap, HashSet};

use trueup_schema::{
    Column, Computed, Generated, Identity, ObjectName, Origin, Sequence, SequenceOptions, naming,
};

use super::catalog::{Catalog, Oid, class};
use super::expressions::{default_value, expression};
use super::rows::{ColumnRow, SequenceRow};

/// Which sequence belongs to which column.
pub(super) struct SequenceOwners {
    by_column: HashMap<(Oid, i16), Oid>,
    /// Sequences that a serial or identity column implies; they are not objects of their own.
    implied: HashSet<Oid>,
}

impl Catalog {
    pub(super) fn sequence_owners(&self) -> SequenceOwners {
        let mut owners = SequenceOwners { by_column: HashMap::new(), implied: HashSet::new() };
        for sequence in self.sequences.values() {
            let (Some(relation), Some(number)) = (sequence.owner_relation, sequence.owner_column) else {
                continue;
            };
            let column =
                self.columns.get(&relation).into_iter().flatten().find(|row| i32::from(row.number) == number);
            let Some(column) = column else { continue };
            if !column.identity.is_empty() || is_serial(column, sequence) {
                owners.by_column.insert((relation, column.number), sequence.oid);
                owners.implied.insert(sequence.oid);
            }
        }
        owners
    }

    /// Returns the columns of a relation in their order.
    pub(super) fn columns_of(&self, relation: Oid, owners: &SequenceOwners) -> Vec<Column> {
        let rows = self.columns.get(&relation).map(Vec::as_slice).unwrap_or_default();
        rows.iter().map(|row| self.column(row, owners)).collect()
    }

    fn column(&self, row: &ColumnRow, owners: &SequenceOwners) -> Column {
        let column_type = self.column_type(row.type_oid, &row.type_text);
        let sequence = owners.by_column.get(&(row.relation, row.number));
        let generated = self.generated(row, sequence.and_then(|oid| self.sequences.get(oid)));
        let default = row.default_text.as_ref().filter(|_| generated.is_none());
        Column {
            name: row.name.clone(),
            nullable: !row.not_null,
            // `DEFAULT NULL::character varying` is kept, but it is no default.
            default: default
                .map(|text| default_value(text, &column_type))
                .filter(|default| !default.is_null()),
            generated,
            collation: row.collation.clone(),
            comment: self.comment(class::CLASS, row.relation, i32::from(row.number)),
            origin: Origin::none(),
            column_type,
        }
    }

    fn generated(&self, row: &ColumnRow, sequence: Option<&SequenceRow>) -> Option<Generated> {
        if !row.generated.is_empty() {
            let expr = expression(row.default_text.as_deref().unwrap_or_default());
            return Some(Generated::Computed(Computed { expr, stored: row.generated == "s" }));
        }
        // From PostgreSQL 17 on partitions share the identity of their parent, sequence and all; it is the parent's.
        let sequence = sequence?;
        let options = || options(sequence, &row.type_text);
        Some(match row.identity.as_str() {
            kind @ ("a" | "d") => Generated::Identity(Identity {
                always: kind == "a",
                sequence: options(),
                sequence_name: self.kept_sequence_name(row, sequence),
            }),
            _ => Generated::Serial { sequence: self.relation_name(sequence.oid) },
        })
    }

    /// Returns the name of an identity column's sequence if the server would choose another one today.
    fn kept_sequence_name(&self, row: &ColumnRow, sequence: &SequenceRow) -> Option<ObjectName> {
        let (table, name) = (self.relation_name(row.relation), self.relation_name(sequence.oid));
        let usual = table.sibling(naming::sequence(&table.name, &row.name).first());
        (name != usual).then_some(name)
    }

    /// Returns the sequences that stand alone, in order of creation.
    pub(super) fn standalone_sequences(&self, owners: &SequenceOwners) -> Vec<Sequence> {
        let alone = self.sequences.values().filter(|row| !owners.implied.contains(&row.oid));
        alone
            .filter_map(|row| {
                let relation = self.relations.get(&row.oid)?;
                if !self.is_selected(relation.namespace) || self.is_member(class::CLASS, row.oid) {
                    return None;
                }
                let owned_by = row.owner_relation.zip(row.owner_column).and_then(|(table, number)| {
                    Some((self.relation_name(table), self.column_name(table, number as i16)?))
                });
                Some(Sequence {
                    name: self.relation_name(row.oid),
                    options: options(row, "bigint"),
                    owned_by,
                    comment: self.comment(class::CLASS, row.oid, 0),
                    origin: Origin::none(),
                })
            })
            .collect()
    }
}

/// Tells whether a column is what `serial` makes: an integer, a default that reads the owned sequence, and a sequence
/// with default options. The sequence's own type is left aside, since it stays `integer` when the column is widened.
fn is_serial(column: &ColumnRow, sequence: &SequenceRow) -> bool {
    let default = format!("nextval('{}'::regclass)", sequence.regclass.replace('\'', "''"));
    matches!(column.type_text.as_str(), "smallint" | "integer" | "bigint")
        && column.default_text.as_deref() == Some(&default)
        && options(sequence, &sequence.data_type) == SequenceOptions::default()
}

/// Returns a sequence's options as differences from what the server would choose for `implied_type`.
///
/// Source: PostgreSQL 17, `CREATE SEQUENCE`: 1 and the type's maximum ascending, the type's minimum and −1 descending.
fn options(sequence: &SequenceRow, implied_type: &str) -> SequenceOptions {
    let (lowest, highest) = match sequence.data_type.as_str() {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let (min_value, max_value) = if sequence.increment > 0 { (1, highest) } else { (lowest, -1) };
    let start = if sequence.increment > 0 { sequence.min_value } else { sequence.max_value };
    let unless = |value: i64, default: i64| Some(value).filter(|value| *value != default);
    SequenceOptions {
        data_type: Some(sequence.data_type.clone()).filter(|data_type| data_type != implied_type),
        start: unless(sequence.start, start),
        increment: unless(sequence.increment, 1),
        min_value: unless(sequence.min_value, min_value),
        max_value: unless(sequence.max_value, max_value),
        cache: unless(sequence.cache, 1),
        cycle: sequence.cycle,
    }
}
