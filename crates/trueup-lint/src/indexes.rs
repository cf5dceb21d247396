//! What indexes and keys are worth: which lookups they serve, which uniqueness they carry, which of two is superfluous.

use std::collections::BTreeSet;

use trueup_schema::{Dialect, Index, IndexKey, IndexPart, NullsOrder, Origin, SqlExpr, Table};

/// What carries a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The primary key.
    PrimaryKey,
    /// A unique constraint.
    Constraint,
    /// A unique index.
    UniqueIndex,
    /// An index that is not unique.
    Index,
}

/// An index, or the index behind a constraint.
#[derive(Clone, Debug)]
pub(crate) struct Carrier<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: Option<&'a str>,
    pub(crate) method: &'a str,
    pub(crate) parts: Vec<IndexPart>,
    pub(crate) include: &'a [String],
    pub(crate) predicate: Option<&'a SqlExpr>,
    pub(crate) nulls_not_distinct: bool,
    pub(crate) valid: bool,
    pub(crate) origin: &'a Origin,
}

/// Returns everything on a table that the server can look rows up by.
pub(crate) fn carriers(table: &Table) -> Vec<Carrier<'_>> {
    let parts =
        |columns: &[String]| columns.iter().map(|column| IndexPart::column(column.as_str())).collect();
    let key = |kind, name, columns: &[String], include, nulls_not_distinct, origin| Carrier {
        kind,
        name,
        method: "btree",
        parts: parts(columns),
        include,
        predicate: None,
        nulls_not_distinct,
        valid: true,
        origin,
    };
    let primary = table.primary_key.iter().map(|primary| {
        let name = primary.name.as_deref();
        key(Kind::PrimaryKey, name, &primary.columns, &primary.include[..], false, &primary.origin)
    });
    let uniques = table.uniques.iter().map(|unique| {
        let name = unique.name.as_deref();
        key(
            Kind::Constraint,
            name,
            &unique.columns,
            &unique.include[..],
            unique.nulls_not_distinct,
            &unique.origin,
        )
    });
    primary.chain(uniques).chain(table.indexes.iter().map(of_index)).collect()
}

/// Returns an index as a carrier.
pub(crate) fn of_index(index: &Index) -> Carrier<'_> {
    Carrier {
        kind: if index.unique { Kind::UniqueIndex } else { Kind::Index },
        name: Some(&index.name),
        method: &index.method,
        parts: index.parts.clone(),
        include: &index.include,
        predicate: index.predicate.as_ref(),
        nulls_not_distinct: index.nulls_not_distinct,
        valid: index.valid,
        origin: &index.origin,
    }
}

impl Carrier<'_> {
    pub(crate) fn is_unique(&self) -> bool {
        self.kind != Kind::Index
    }

    /// Returns what it is called in messages.
    pub(crate) fn words(&self) -> String {
        let kind = match self.kind {
            Kind::PrimaryKey => "primary key",
            Kind::Constraint => "unique constraint",
            Kind::UniqueIndex => "unique index",
            Kind::Index => "index",
        };
        match self.name {
            Some(name) => format!("{kind} `{name}`"),
            None => format!("{kind} on {}", crate::words::columns(&self.part_texts())),
        }
    }

    /// Returns the parts as text.
    pub(crate) fn part_texts(&self) -> Vec<String> {
        self.parts
            .iter()
            .map(|part| match &part.key {
                IndexKey::Column(name) => name.clone(),
                IndexKey::Expression(expr) => format!("({})", expr.text()),
            })
            .collect()
    }

    /// Returns the columns, if it has no expressions.
    pub(crate) fn columns(&self) -> Option<BTreeSet<&str>> {
        self.parts.iter().map(column_of).collect()
    }

    /// Tells whether it serves looking rows up by the columns of a foreign key, for every row that is referenced.
    ///
    /// Experiment: PostgreSQL 15, the plans of the query that a deleted parent row triggers. A B-tree serves when the
    /// columns come first, in any order; a hash index serves its one column; a partial index serves when its condition
    /// only says that the columns are not null, because the check implies that.
    pub(crate) fn serves(&self, columns: &[String], dialect: Dialect) -> bool {
        self.refusal(columns, dialect).is_none()
    }

    /// Returns why it does not serve a foreign key, in words for "`ix` …".
    pub(crate) fn refusal(&self, columns: &[String], dialect: Dialect) -> Option<&'static str> {
        let wanted: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
        let leading: Option<BTreeSet<&str>> = self.parts.iter().take(columns.len()).map(column_of).collect();
        let method_serves = match self.method {
            "btree" => true,
            "hash" => columns.len() == 1 && self.parts.len() == 1,
            _ => false,
        };
        if !self.valid {
            Some("is invalid")
        } else if !method_serves {
            Some("is of a method that does not find single rows")
        } else if leading.is_none() {
            Some("indexes an expression, not the column")
        } else if leading.is_some_and(|leading| leading != wanted) {
            Some("does not begin with the columns")
        } else if self.parts.iter().take(columns.len()).any(|part| part.collation.is_some()) {
            Some("has another collation")
        } else if self.predicate.is_some_and(|predicate| !only_says_not_null(predicate, columns, dialect)) {
            Some("is partial")
        } else {
            None
        }
    }

    /// Tells whether two have the same parts: all directions may be turned round, since a B-tree is read both ways.
    pub(crate) fn same_parts(&self, other: &Self) -> bool {
        self.parts.len() == other.parts.len() && self.parts_begin(other)
    }

    /// Tells whether the parts of `other` begin with those of this one.
    pub(crate) fn parts_begin(&self, other: &Self) -> bool {
        if self.method != other.method || self.parts.len() > other.parts.len() {
            return false;
        }
        let pairs = || self.parts.iter().zip(&other.parts);
        pairs().all(|(left, right)| left == right)
            || (self.method == "btree" && pairs().all(|(left, right)| turned(left) == *right))
    }

    /// Tells whether the conditions of partial indexes are the same.
    pub(crate) fn same_predicate(&self, other: &Self) -> bool {
        match (self.predicate, other.predicate) {
            (None, None) => true,
            (Some(left), Some(right)) => left == right,
            _ => false,
        }
    }

    /// Tells whether the columns that `other` stores contain those stored here.
    pub(crate) fn included_in(&self, other: &Self) -> bool {
        self.include.iter().all(|column| {
            other.include.contains(column)
                || other.parts.iter().any(|part| column_of(part) == Some(column.as_str()))
        })
    }
}

fn column_of(part: &IndexPart) -> Option<&str> {
    match &part.key {
        IndexKey::Column(name) => Some(name),
        IndexKey::Expression(_) => None,
    }
}

fn turned(part: &IndexPart) -> IndexPart {
    let nulls = part.nulls.map(|nulls| match nulls {
        NullsOrder::First => NullsOrder::Last,
        NullsOrder::Last => NullsOrder::First,
    });
    IndexPart { descending: !part.descending, nulls, ..part.clone() }
}

/// Tells whether a condition is a conjunction of `column IS NOT NULL` over some of the columns.
fn only_says_not_null(predicate: &SqlExpr, columns: &[String], dialect: Dialect) -> bool {
    let said = |names: &[&String]| {
        let text =
            names.iter().map(|name| format!("\"{name}\" IS NOT NULL")).collect::<Vec<_>>().join(" AND ");
        let plain = names.iter().map(|name| format!("{name} IS NOT NULL")).collect::<Vec<_>>().join(" AND ");
        *predicate == SqlExpr::new(dialect, text) || *predicate == SqlExpr::new(dialect, plain)
    };
    columns.iter().enumerate().any(|(index, first)| {
        said(&[first])
            || columns.iter().enumerate().any(|(other, second)| other != index && said(&[first, second]))
    })
}

/// Tells whether a table guarantees that no two rows have the same values in some columns.
pub(crate) fn guarantees_unique(
    table: &Table,
    columns: &BTreeSet<&str>,
    predicate: Option<&SqlExpr>,
) -> bool {
    carriers(table).iter().any(|carrier| {
        let carried = carrier.columns().is_some_and(|carried| carried.is_subset(columns));
        carrier.is_unique()
            && carrier.valid
            && carried
            && (carrier.predicate.is_none() || carrier.predicate == predicate)
    })
}
