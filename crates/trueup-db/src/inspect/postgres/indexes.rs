//! Indexes and partition keys.

use trueup_schema::{Index, IndexPart, NullsOrder, Origin, Partitioning};

use super::catalog::{Catalog, Oid, class};
use super::expressions::{expression, split_top_level};
use super::rows::{IndexRow, PartitionedRow};

/// Bits of `pg_index.indoption` (PostgreSQL 17, `catalog/pg_index.h`).
const DESCENDING: i16 = 1;
const NULLS_FIRST: i16 = 2;

impl Catalog {
    /// Returns an index that no constraint owns.
    pub(super) fn index(&self, row: &IndexRow) -> Option<Index> {
        let relation = self.relations.get(&row.oid)?;
        Some(Index {
            name: relation.name.clone(),
            unique: row.is_unique,
            method: self.index_method(row),
            parts: self.index_parts(row),
            include: self.included(row),
            predicate: row.predicate.as_deref().map(expression),
            nulls_not_distinct: row.nulls_not_distinct,
            storage: storage(&relation.storage),
            valid: row.valid,
            comment: self.comment(class::CLASS, row.oid, 0),
            origin: Origin::none(),
        })
    }

    pub(super) fn index_method(&self, row: &IndexRow) -> String {
        let method = self.relations.get(&row.oid).and_then(|relation| relation.method.clone());
        method.unwrap_or_else(|| "btree".to_owned())
    }

    /// Returns the `INCLUDE` columns.
    pub(super) fn included(&self, row: &IndexRow) -> Vec<String> {
        let rest = row.columns.get(row.key_count as usize..).unwrap_or_default();
        self.column_names(row.relation, rest)
    }

    /// Returns the keys in order.
    pub(super) fn index_parts(&self, row: &IndexRow) -> Vec<IndexPart> {
        let keys = row.columns.iter().take(row.key_count as usize).enumerate();
        keys.map(|(position, number)| {
            let text = row.key_texts.as_ref().and_then(|texts| texts.get(position));
            let order = row.orders.get(position).copied().unwrap_or_default();
            let (descending, nulls_first) = (order & DESCENDING != 0, order & NULLS_FIRST != 0);
            IndexPart {
                operator_class: self.operator_class(row, position),
                collation: self.key_collation(row.relation, *number, row.collations.get(position)),
                descending,
                nulls: match (descending, nulls_first) {
                    (false, true) => Some(NullsOrder::First),
                    (true, false) => Some(NullsOrder::Last),
                    _ => None,
                },
                ..self.key(row.relation, *number, text.map_or("", String::as_str))
            }
        })
        .collect()
    }

    /// Returns a key that is a column, or the expression `text` where the column number is zero.
    fn key(&self, relation: Oid, number: i16, text: &str) -> IndexPart {
        match self.column_name(relation, number) {
            Some(name) => IndexPart::column(name),
            None => IndexPart::expression(expression(text)),
        }
    }

    /// Returns the operator class if it is not the default, with its options: `gist_trgm_ops(siglen=32)`.
    fn operator_class(&self, row: &IndexRow, position: usize) -> Option<String> {
        let operator_class = self.operator_classes.get(row.operator_classes.get(position)?)?;
        let options = self.columns.get(&row.oid).into_iter().flatten();
        let options = options.filter(|column| usize::from(column.number as u16) == position + 1);
        let options: Vec<&str> = options.flat_map(|column| &column.options).map(String::as_str).collect();
        match (operator_class.is_default, options.is_empty()) {
            (true, true) => None,
            (false, true) => Some(operator_class.name.clone()),
            (_, false) => Some(format!("{}({})", operator_class.name, options.join(","))),
        }
    }

    /// Returns a key's collation if it differs from its column's, or from the database's for an expression.
    fn key_collation(&self, relation: Oid, number: i16, collation: Option<&Oid>) -> Option<String> {
        const DATABASE_DEFAULT: Oid = 100;
        let collation = collation.filter(|oid| **oid != 0)?;
        let columns = self.columns.get(&relation).map(Vec::as_slice).unwrap_or_default();
        let column = columns.iter().find(|column| column.number == number);
        let usual = column.map_or(DATABASE_DEFAULT, |column| column.collation_oid);
        if usual == *collation { None } else { self.collations.get(collation).cloned() }
    }

    /// Returns `PARTITION BY` of a partitioned table.
    pub(super) fn partitioning(&self, row: &PartitionedRow) -> Partitioning {
        let strategy = match row.strategy.as_str() {
            "l" => "list",
            "h" => "hash",
            _ => "range",
        };
        let inside = row.definition.split_once('(').map_or("", |(_, rest)| rest);
        let texts = split_top_level(inside.strip_suffix(')').unwrap_or(inside));
        let parts = row.columns.iter().enumerate().map(|(position, number)| {
            let operator_class = row.operator_classes.get(position);
            let operator_class = operator_class.and_then(|oid| self.operator_classes.get(oid));
            let operator_class =
                operator_class.filter(|found| !found.is_default).map(|found| found.name.clone());
            let text = texts.get(position).copied().unwrap_or_default();
            let text =
                operator_class.as_ref().map_or(text, |name| text.strip_suffix(name.as_str()).unwrap_or(text));
            IndexPart {
                collation: self.key_collation(row.relation, *number, row.collations.get(position)),
                operator_class,
                ..self.key(row.relation, *number, text.trim())
            }
        });
        Partitioning { strategy: strategy.to_owned(), parts: parts.collect() }
    }
}

/// Reads `{fillfactor=70,…}`.
pub(super) fn storage(options: &[String]) -> std::collections::BTreeMap<String, String> {
    let pairs = options.iter().map(|option| option.split_once('=').unwrap_or((option, "true")));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
