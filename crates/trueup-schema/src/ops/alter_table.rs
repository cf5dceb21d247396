//! `alter_table`: changes what belongs to a table as a whole.

use super::{ApplyError, Op, TableChange, add_constraint, create_index, lookup, render};
use crate::{Dialect, ObjectKind, ObjectName, Schema, Table};

/// Changes what belongs to a table as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterTable {
    /// The table.
    pub table: ObjectName,
    /// What changes.
    pub change: TableChange,
}

impl Op for AlterTable {
    const NAME: &'static str = "alter_table";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::table(schema, &self.table)?;
        let sqlite_only = matches!(self.change, TableChange::Strict(_) | TableChange::WithoutRowid(_));
        if sqlite_only != schema.dialect.is_sqlite() {
            let reason = "tables have no such property".to_owned();
            return Err(ApplyError::Dialect { operation: Self::NAME, dialect: schema.dialect, reason });
        }
        match &self.change {
            TableChange::AttachPartition { partition, bound } => self.attach(schema, partition, bound)?,
            TableChange::DetachPartition(partition) => self.detach(schema, partition)?,
            TableChange::Inherit { parent, add } => self.inherit(schema, parent, *add)?,
            change => Self::set(lookup::table_mut(schema, &self.table)?, change),
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let table = self.table.to_sql();
        let change = match &self.change {
            TableChange::Comment(comment) => {
                return vec![render::comment("TABLE", &table, comment.as_deref())];
            }
            TableChange::RowSecurity(true) => "ENABLE ROW LEVEL SECURITY".to_owned(),
            TableChange::RowSecurity(false) => "DISABLE ROW LEVEL SECURITY".to_owned(),
            TableChange::ForceRowSecurity(true) => "FORCE ROW LEVEL SECURITY".to_owned(),
            TableChange::ForceRowSecurity(false) => "NO FORCE ROW LEVEL SECURITY".to_owned(),
            TableChange::Unlogged(true) => "SET UNLOGGED".to_owned(),
            TableChange::Unlogged(false) => "SET LOGGED".to_owned(),
            TableChange::Storage(changes) => return Self::storage(&table, changes),
            TableChange::AttachPartition { partition, bound } => {
                format!("ATTACH PARTITION {} {bound}", partition.to_sql())
            }
            TableChange::DetachPartition(partition) => format!("DETACH PARTITION {}", partition.to_sql()),
            TableChange::Inherit { parent, add: true } => format!("INHERIT {}", parent.to_sql()),
            TableChange::Inherit { parent, add: false } => format!("NO INHERIT {}", parent.to_sql()),
            TableChange::Strict(_) | TableChange::WithoutRowid(_) => return Vec::new(),
        };
        vec![format!("ALTER TABLE {table} {change}")]
    }
}

impl AlterTable {
    fn set(table: &mut Table, change: &TableChange) {
        match change {
            TableChange::Comment(comment) => table.comment.clone_from(comment),
            TableChange::RowSecurity(on) => table.row_security = *on,
            TableChange::ForceRowSecurity(on) => table.force_row_security = *on,
            TableChange::Unlogged(on) => table.unlogged = *on,
            TableChange::Strict(on) => table.strict = *on,
            TableChange::WithoutRowid(on) => table.without_rowid = *on,
            TableChange::Storage(changes) => {
                for (name, value) in changes {
                    match value {
                        Some(value) => table.storage.insert(name.clone(), value.clone()),
                        None => table.storage.remove(name),
                    };
                }
            }
            TableChange::AttachPartition { .. }
            | TableChange::DetachPartition(_)
            | TableChange::Inherit { .. } => {}
        }
    }

    fn attach(&self, schema: &mut Schema, partition: &ObjectName, bound: &str) -> Result<(), ApplyError> {
        let parent = lookup::table(schema, &self.table)?;
        if parent.partitioning.is_none() {
            return Err(ApplyError::invalid(format!("table `{}` is not partitioned", self.table)));
        }
        let child = lookup::table(schema, partition)?;
        if child.partition_of.is_some() {
            return Err(ApplyError::invalid(format!("table `{partition}` is a partition already")));
        }
        if let Some(column) = parent.columns.iter().find(|column| child.column(&column.name).is_none()) {
            return Err(ApplyError::missing_on(ObjectKind::Column, &column.name, partition));
        }
        let bound = parent.canonical_bound(schema.dialect, bound);
        let (constraints, indexes) = (parent.constraints(), parent.indexes.clone());
        lookup::table_mut(schema, partition)?.partition_of = Some((self.table.clone(), bound));
        // What the partition has of its own is adopted, and what it lacks is made.
        for constraint in constraints {
            add_constraint::inherit(schema, partition, &constraint);
        }
        for index in indexes {
            create_index::inherit(schema, partition, &index);
        }
        Ok(())
    }

    fn detach(&self, schema: &mut Schema, partition: &ObjectName) -> Result<(), ApplyError> {
        let child = lookup::table(schema, partition)?;
        if child.partition_of.as_ref().is_none_or(|(parent, _)| *parent != self.table) {
            let message = format!("table `{partition}` is not a partition of `{}`", self.table);
            return Err(ApplyError::invalid(message));
        }
        lookup::table_mut(schema, partition)?.partition_of = None;
        Ok(())
    }

    fn inherit(&self, schema: &mut Schema, parent: &ObjectName, add: bool) -> Result<(), ApplyError> {
        let child = lookup::table(schema, &self.table)?;
        let inherits = child.inherits.contains(parent);
        if add {
            let parent_table = lookup::table(schema, parent)?;
            if let Some(column) =
                parent_table.columns.iter().find(|column| child.column(&column.name).is_none())
            {
                return Err(ApplyError::missing_on(ObjectKind::Column, &column.name, &self.table));
            }
        }
        if inherits == add {
            let word = if add { "inherits already" } else { "does not inherit" };
            return Err(ApplyError::invalid(format!("table `{}` {word} from `{parent}`", self.table)));
        }
        let child = lookup::table_mut(schema, &self.table)?;
        if add {
            child.inherits.push(parent.clone());
        } else {
            child.inherits.retain(|candidate| candidate != parent);
        }
        Ok(())
    }

    fn storage(table: &str, changes: &[(String, Option<String>)]) -> Vec<String> {
        let set: Vec<String> = changes
            .iter()
            .filter_map(|(name, value)| value.as_ref().map(|value| render::storage_parameter(name, value)))
            .collect();
        let reset: Vec<&str> =
            changes.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name.as_str()).collect();
        let mut statements = Vec::new();
        if !reset.is_empty() {
            statements.push(format!("ALTER TABLE {table} RESET ({})", reset.join(", ")));
        }
        if !set.is_empty() {
            statements.push(format!("ALTER TABLE {table} SET ({})", set.join(", ")));
        }
        statements
    }
}
