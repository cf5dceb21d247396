//! `drop_table`: drops a table with everything on it.

use super::{ApplyError, Op, columns, follow, lookup, render};
use crate::{Dialect, ObjectKind, ObjectName, Schema};

/// Drops a table with everything on it.
#[derive(Clone, Debug, PartialEq)]
pub struct DropTable {
    /// The table.
    pub table: ObjectName,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropTable {
    const NAME: &'static str = "drop_table";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        if schema.table(&self.table).is_none() {
            let missing = Err(ApplyError::missing(ObjectKind::Table, &self.table));
            return if self.if_exists { Ok(()) } else { missing };
        }
        if schema.dialect.is_sqlite() {
            schema.tables.shift_remove(&self.table);
            return Ok(());
        }
        let partitions: Vec<ObjectName> = lookup::descendants(schema, &self.table);
        let inherits =
            |name: &ObjectName| schema.table(name).is_some_and(|table| table.partition_of.is_none());
        let gone: Vec<ObjectName> = partitions
            .iter()
            .filter(|name| self.cascade || !inherits(name))
            .cloned()
            .chain([self.table.clone()])
            .collect();
        let mut keys = Vec::new();
        let mut views = Vec::new();
        let mut policies = Vec::new();
        for name in &gone {
            let others = lookup::incoming(schema, name).filter(|(table, _)| !gone.contains(&table.name));
            keys.extend(others.map(|(table, key)| (table.name.clone(), key.clone())));
            views.extend(lookup::views_of(schema, name).map(|view| view.name.clone()));
            let others = follow::policies_of(schema, name, None);
            policies.extend(others.into_iter().filter(|(owner, _)| !gone.contains(owner)));
        }
        if !self.cascade {
            let mut words: Vec<String> = keys
                .iter()
                .filter_map(|(table, key)| Some(lookup::foreign_key_words(schema.table(table)?, key)))
                .collect();
            words.extend(views.iter().filter_map(|name| schema.views.get(name)).map(lookup::view_words));
            words.extend(follow::policy_words(&policies, &self.table));
            let children = partitions.iter().filter(|name| inherits(name));
            words.extend(children.map(|name| format!("table `{name}`, which inherits from it")));
            ApplyError::needed(ObjectKind::Table, &self.table, words)?;
        }
        lookup::drop_foreign_keys(schema, &keys);
        follow::drop_policies(schema, &policies);
        for view in lookup::with_dependent_views(schema, views) {
            schema.views.shift_remove(&view);
            schema.forget_attached(&view.to_string());
        }
        for name in gone {
            schema.tables.shift_remove(&name);
            schema.forget_attached(&name.to_string());
            columns::drop_owned_sequences(schema, &name, None);
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        vec![render::drop("TABLE", &self.table, self.if_exists, self.cascade && !dialect.is_sqlite())]
    }
}
