//! `drop_column`: drops a column, with the constraints and indexes that use it.

use super::{ApplyError, Op, columns, follow, identifiers, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, IndexKey, ObjectKind, ObjectName, Policy, Schema, SqlExpr, Table};

/// Drops a column, with the constraints and indexes that use it.
#[derive(Clone, Debug, PartialEq)]
pub struct DropColumn {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: String,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropColumn {
    const NAME: &'static str = "drop_column";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let Some(table) = schema.table(&self.table) else {
            return Err(ApplyError::missing(ObjectKind::Table, &self.table));
        };
        if table.column(&self.column).is_none() {
            let missing = Err(columns::missing(&self.table, &self.column));
            return if self.if_exists { Ok(()) } else { missing };
        }
        let mut remaining = table.clone();
        remove(schema.dialect, &mut remaining, &self.column);
        if schema.dialect.is_sqlite() {
            // The rebuild that drops a column drops what uses it; a trigger that mentions it fails only when it fires.
            schema.insert_table(remaining);
            return Ok(());
        }
        self.check_partition_key(table)?;
        let keys = lookup::users_of_key(schema, table, &remaining);
        let views: Vec<ObjectName> = lookup::views_of_column(schema, &self.table, &self.column)
            .map(|view| view.name.clone())
            .collect();
        let computed = columns::computed_from(schema, table, &self.column);
        let policies = follow::policies_of(schema, &self.table, Some(&self.column));
        if !self.cascade {
            let mut words: Vec<String> = keys
                .iter()
                .filter(|(owner, _)| *owner != self.table)
                .filter_map(|(owner, key)| Some(lookup::foreign_key_words(schema.table(owner)?, key)))
                .collect();
            words.extend(views.iter().filter_map(|name| schema.views.get(name)).map(lookup::view_words));
            words.extend(computed.iter().map(|column| format!("generated column `{column}`")));
            words.extend(follow::policy_words(&policies, &self.table));
            ApplyError::needed(ObjectKind::Column, &self.column, words)?;
        }
        for column in &computed {
            remove(schema.dialect, &mut remaining, column);
        }
        let dialect = schema.dialect;
        schema.insert_table(remaining);
        follow::drop_policies(schema, &policies);
        lookup::drop_foreign_keys(schema, &keys);
        for view in lookup::with_dependent_views(schema, views) {
            schema.views.shift_remove(&view);
        }
        columns::drop_owned_sequences(schema, &self.table, Some(&self.column));
        for descendant in lookup::descendants(schema, &self.table) {
            if let Some(table) = schema.table_mut(&descendant) {
                remove(dialect, table, &self.column);
            }
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        let (exists, cascade) = if dialect.is_sqlite() {
            ("", "")
        } else {
            (render::if_exists(self.if_exists), render::cascade(self.cascade))
        };
        let column = quote_identifier(&self.column);
        vec![format!("ALTER TABLE {} DROP COLUMN {exists}{column}{cascade}", self.table.to_sql())]
    }
}

impl DropColumn {
    fn check_partition_key(&self, table: &Table) -> Result<(), ApplyError> {
        let key = table.partitioning.as_ref().is_some_and(|partitioning| {
            partitioning
                .parts
                .iter()
                .any(|part| matches!(&part.key, IndexKey::Column(name) if *name == self.column))
        });
        if key {
            let message =
                format!("column `{}` is part of the partition key of `{}`", self.column, self.table);
            return Err(ApplyError::invalid(message));
        }
        Ok(())
    }
}

/// Tells whether a policy mentions a column.
pub(crate) fn uses(dialect: Dialect, policy: &Policy, column: &str) -> bool {
    let mentions = |expr: &Option<SqlExpr>| {
        expr.as_ref().is_some_and(|expr| identifiers::mentions_column(dialect, expr, column))
    };
    mentions(&policy.using) || mentions(&policy.with_check)
}

/// Removes a column and everything of its table that uses it.
fn remove(dialect: Dialect, table: &mut Table, name: &str) {
    let is = |column: &String| column == name;
    let mentions = |expr: &SqlExpr| identifiers::mentions_column(dialect, expr, name);
    let own = table.name.clone();
    table.columns.retain(|column| column.name != name);
    if table.primary_key.as_ref().is_some_and(|key| key.columns.iter().chain(&key.include).any(is)) {
        table.primary_key = None;
    }
    table.uniques.retain(|unique| !unique.columns.iter().chain(&unique.include).any(is));
    table.foreign_keys.retain(|key| {
        let refers = key.referenced_table == own && key.referenced_columns.iter().any(is);
        !key.columns.iter().any(is) && !refers
    });
    table.checks.retain(|check| !mentions(&check.expr));
    table.excludes.retain(|exclude| {
        let parts = exclude.elements.iter().map(|element| element.part.clone()).collect::<Vec<_>>();
        !lookup::parts_use(dialect, &parts, name) && !exclude.predicate.as_ref().is_some_and(mentions)
    });
    table.indexes.retain(|index| {
        !lookup::parts_use(dialect, &index.parts, name)
            && !index.include.iter().any(is)
            && !index.predicate.as_ref().is_some_and(mentions)
    });
}
