//! `drop_index`: drops an index.

use super::{ApplyError, Op, lookup, render};
use crate::schema::Relation;
use crate::{Dialect, ForeignKey, Index, ObjectKind, ObjectName, Schema, Table};

/// Drops an index.
#[derive(Clone, Debug, PartialEq)]
pub struct DropIndex {
    /// The index.
    pub index: ObjectName,
    /// Its table, where the source names it.
    pub table: Option<ObjectName>,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropIndex {
    const NAME: &'static str = "drop_index";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let Some(relation) = schema.relation(&self.index) else {
            let missing = match &self.table {
                Some(table) => ApplyError::missing_on(ObjectKind::Index, &self.index.name, table),
                None => ApplyError::missing(ObjectKind::Index, &self.index),
            };
            return if self.if_exists { Ok(()) } else { Err(missing) };
        };
        let (ObjectKind::Index, Some(owner)) = (relation.kind, relation.table.clone()) else {
            return Err(self.not_an_index(&relation));
        };
        if let Some(view) = schema.views.get_mut(&owner) {
            view.indexes.retain(|index| index.name != self.index.name);
            return Ok(());
        }
        let table = lookup::table(schema, &owner)?;
        if self.concurrently && table.partitioning.is_some() {
            let message = format!("the index of partitioned table `{owner}` cannot be dropped concurrently");
            return Err(ApplyError::invalid(message));
        }
        let users = self.users(schema, table);
        if !self.cascade {
            let words: Vec<String> = users
                .iter()
                .filter_map(|(table, key)| Some(lookup::foreign_key_words(schema.table(table)?, key)))
                .collect();
            ApplyError::needed(ObjectKind::Index, &self.index, words)?;
        }
        lookup::drop_foreign_keys(schema, &users);
        let dropped = table_index(schema, &owner, &self.index.name);
        for descendant in lookup::descendants(schema, &owner) {
            if let Some(table) = schema.table_mut(&descendant)
                && let Some(dropped) = &dropped
                && let Some(at) = table.indexes.iter().position(|index| same_but_name(index, dropped))
                && table.partition_of.is_some()
            {
                table.indexes.remove(at);
            }
        }
        lookup::table_mut(schema, &owner)?.indexes.retain(|index| index.name != self.index.name);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        let concurrently = if self.concurrently && !dialect.is_sqlite() { "CONCURRENTLY " } else { "" };
        let cascade = if dialect.is_sqlite() { "" } else { render::cascade(self.cascade) };
        let exists = render::if_exists(self.if_exists);
        vec![format!("DROP INDEX {concurrently}{exists}{}{cascade}", self.index.to_sql())]
    }
}

impl DropIndex {
    fn not_an_index(&self, relation: &Relation) -> ApplyError {
        match &relation.table {
            Some(table) if relation.kind != ObjectKind::Sequence => {
                let constraint = format!("{} `{}` of `{table}`", relation.kind.words(), self.index.name);
                let (kind, name) = (ObjectKind::Index, self.index.to_string());
                ApplyError::Needed { kind, name, dependents: vec![constraint] }
            }
            _ => {
                ApplyError::invalid(format!("`{}` is a {}, not an index", self.index, relation.kind.words()))
            }
        }
    }

    fn users(&self, schema: &Schema, table: &Table) -> Vec<(ObjectName, ForeignKey)> {
        let unique = table.index(&self.index.name).is_some_and(|index| index.unique);
        if schema.dialect.is_sqlite() || !unique {
            return Vec::new();
        }
        let mut remaining = table.clone();
        remaining.indexes.retain(|index| index.name != self.index.name);
        lookup::users_of_key(schema, table, &remaining)
    }
}

fn table_index(schema: &Schema, table: &ObjectName, index: &str) -> Option<Index> {
    schema.table(table)?.index(index).cloned()
}

fn same_but_name(left: &Index, right: &Index) -> bool {
    let comment = left.comment.clone();
    *left == Index { name: left.name.clone(), comment, ..right.clone() }
}
