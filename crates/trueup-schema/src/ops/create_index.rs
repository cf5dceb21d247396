//! `create_index`: creates an index on a table or materialized view.

use super::{ApplyError, Op, constraints, lookup, render};
use crate::{Dialect, Index, ObjectName, Schema, Table, naming};

/// Creates an index on a table or materialized view.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateIndex {
    /// The table.
    pub table: ObjectName,
    /// The index.
    pub index: Index,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateIndex {
    const NAME: &'static str = "create_index";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        if let Some(view) = schema.views.get(&self.table) {
            return self.apply_to_view(schema, view.materialized);
        }
        let table = lookup::table(schema, &self.table)?;
        let mut index = self.index.clone();
        if index.name.is_empty() {
            index.name = default_name(schema, table, &index);
        }
        let name = self.table.sibling(index.name.as_str());
        if self.if_not_exists && schema.relation(&name).is_some() {
            return Ok(());
        }
        lookup::free_relation(schema, &name)?;
        constraints::parts_exist(table, index.parts.iter())?;
        constraints::has_order(schema.dialect, table, &index)?;
        index.include.iter().try_for_each(|column| lookup::column(table, column).map(drop))?;
        if self.concurrently && table.partitioning.is_some() {
            let message =
                format!("an index on partitioned table `{}` cannot be created concurrently", self.table);
            return Err(ApplyError::invalid(message));
        }
        let partitioned = table.partitioning.is_some();
        if !schema.dialect.has_comments() {
            index.comment = None;
        }
        lookup::table_mut(schema, &self.table)?.indexes.push(index.clone());
        if partitioned {
            for descendant in lookup::descendants(schema, &self.table) {
                inherit(schema, &descendant, &index);
            }
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        let mut statements =
            vec![render::index(dialect, &self.table, &self.index, self.concurrently, self.if_not_exists)];
        if let Some(comment) = &self.index.comment
            && dialect.has_comments()
        {
            let name = self.table.sibling(self.index.name.as_str()).to_sql();
            statements.push(render::comment("INDEX", &name, Some(comment)));
        }
        statements
    }
}

impl CreateIndex {
    fn apply_to_view(&self, schema: &mut Schema, materialized: bool) -> Result<(), ApplyError> {
        if !materialized {
            return Err(ApplyError::invalid(format!("`{}` is a view and cannot have an index", self.table)));
        }
        let name = self.table.sibling(self.index.name.as_str());
        if self.if_not_exists && schema.relation(&name).is_some() {
            return Ok(());
        }
        lookup::free_relation(schema, &name)?;
        if let Some(view) = schema.views.get_mut(&self.table) {
            view.indexes.push(self.index.clone());
        }
        Ok(())
    }
}

/// Returns the name the server chooses for an index without one.
fn default_name(schema: &Schema, table: &Table, index: &Index) -> String {
    let parts = constraints::index_column_names(index);
    let taken = |name: &str| schema.relation(&table.name.sibling(name)).is_some();
    naming::index(&table.name.name, &parts).choose(&taken)
}

/// Gives a partition its own index of the same kind, unless it has one.
pub(crate) fn inherit(schema: &mut Schema, descendant: &ObjectName, index: &Index) {
    let Some(table) = schema.table(descendant) else { return };
    let mut copy = index.clone();
    copy.comment = None;
    let has_one = table.indexes.iter().any(|existing| {
        copy.name.clone_from(&existing.name);
        *existing == Index { comment: existing.comment.clone(), ..copy.clone() }
    });
    if has_one {
        return;
    }
    copy.name = default_name(schema, table, &copy);
    if let Some(table) = schema.table_mut(descendant) {
        table.indexes.push(copy);
    }
}
