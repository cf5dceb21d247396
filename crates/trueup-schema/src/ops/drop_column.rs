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
    /// `CASCADE`; on SQLite, which has no such word, a rebuild of the table that takes along what uses the column.
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
            if !self.cascade {
                self.check_alter_on_sqlite(schema, table)?;
            }
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
    /// Refuses what `ALTER TABLE … DROP COLUMN` of SQLite refuses: the table, its indexes and what reads it must still
    /// make sense without the column.
    ///
    /// Source: <https://www.sqlite.org/lang_altertable.html#altertabdropcol>; held against SQLite 3.40, which other
    /// than the page says drops constraints that are written with the column.
    fn check_alter_on_sqlite(&self, schema: &Schema, table: &Table) -> Result<(), ApplyError> {
        let (dialect, name) = (schema.dialect, self.column.as_str());
        let is = |column: &String| column == name;
        let mentions = |expr: &SqlExpr| identifiers::mentions_column(dialect, expr, name);
        if table.columns.len() == 1 {
            let message = format!("column `{name}` cannot be dropped: `{}` has no other column", self.table);
            return Err(ApplyError::invalid(message));
        }
        let mut words: Vec<String> = Vec::new();
        words.extend(
            table.primary_key.iter().filter(|key| key.columns.iter().any(is)).map(|_| "the primary key".to_owned()),
        );
        let named = |kind: &str, name: Option<&String>| match name {
            Some(name) => format!("{kind} `{name}`"),
            None => format!("a {kind}"),
        };
        let uniques = table.uniques.iter().filter(|unique| unique.columns.iter().any(is));
        words.extend(uniques.map(|unique| named("unique constraint", unique.name.as_ref())));
        let keys = table.foreign_keys.iter().filter(|key| !key.inline.0 && key.columns.iter().any(is));
        words.extend(keys.map(|key| lookup::foreign_key_words(table, key)));
        // A CHECK that is written with the column goes with it, unless it is another column's.
        let others = |check: &&crate::Check| {
            let columns = table.columns.iter().map(|column| column.name.as_str());
            !check.inline.0 || identifiers::mentioned_columns(dialect, &check.expr, columns) != [name]
        };
        let checks = table.checks.iter().filter(|check| mentions(&check.expr)).filter(others);
        words.extend(checks.map(|check| named("CHECK constraint", check.name.as_ref())));
        let indexes = table.indexes.iter().filter(|index| {
            lookup::parts_use(dialect, &index.parts, name) || index.predicate.as_ref().is_some_and(mentions)
        });
        words.extend(indexes.map(|index| format!("index `{}`", index.name)));
        let computed = columns::computed_from(schema, table, name);
        words.extend(computed.iter().map(|column| format!("generated column `{column}`")));
        let views = lookup::views_of(schema, &self.table);
        let views = views.filter(|view| identifiers::selects_column(dialect, &view.query, name));
        words.extend(views.map(lookup::view_words));
        let triggers = table.triggers.iter().filter(|trigger| {
            let rows = ["new", "old"];
            rows.iter().any(|row| identifiers::qualifies(dialect, &trigger.definition, row, name))
        });
        words.extend(triggers.map(|trigger| format!("trigger `{}`", trigger.name)));
        ApplyError::needed(ObjectKind::Column, name, words)
    }

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
