//! Tables as a whole: which go, which come in which order, and their own properties.

use super::constraints::content;
use super::{Differ, functions};
use crate::ops::lookup;
use crate::ops::{
    AlterTable, Constraint, ConstraintKind, CreateTable, DropConstraint, DropTable, GrantPrivilege,
    RevokePrivilege, TableChange,
};
use crate::{Column, ForeignKey, Grant, ObjectName, Table};

/// Tells whether a table can become another one without being created anew.
pub(super) fn same_shape(existing: &Table, wanted: &Table) -> bool {
    existing.partitioning == wanted.partitioning && existing.virtual_module == wanted.virtual_module
}

impl Differ<'_> {
    /// Drops foreign keys that go, and those that would hold a table or key that goes.
    pub(super) fn drop_foreign_keys(&mut self) {
        let mut going = Vec::new();
        for table in self.working.tables.values() {
            let wanted = self.target.table(&table.name);
            if wanted.is_some_and(|wanted| std::ptr::eq(table.as_ref(), wanted)) {
                continue;
            }
            for key in &table.foreign_keys {
                let constraint = Constraint::ForeignKey(key.clone());
                let column_goes =
                    wanted.is_some_and(|wanted| key.columns.iter().any(|name| wanted.column(name).is_none()));
                let stays = wanted.is_some_and(|wanted| {
                    wanted.foreign_keys.iter().any(|new| {
                        content(self.target, &Constraint::ForeignKey(new.clone()), Some(wanted))
                            == content(&self.working, &constraint, Some(table))
                            && (!new.not_valid || key.not_valid)
                    })
                });
                let referenced_goes =
                    key.referenced_table != table.name && !self.survives(&key.referenced_table);
                let goes_with_table = wanted.is_none_or(|wanted| !same_shape(table, wanted));
                // A key of a table that goes is in the way only where it closes a circle of dropped tables.
                let drop = if goes_with_table {
                    referenced_goes
                } else {
                    referenced_goes || (!stays && !column_goes)
                };
                if drop {
                    going.push((table.name.clone(), key.clone()));
                }
            }
        }
        // A partition's key goes with its parent's.
        going.sort_by_key(|(table, _)| {
            self.working.table(table).is_some_and(|table| table.partition_of.is_some())
        });
        for (table, key) in going {
            if !self.working.table(&table).is_some_and(|table| table.foreign_keys.contains(&key)) {
                continue;
            }
            if self.target.dialect.is_sqlite() && !self.survives(&table) {
                continue;
            }
            let in_circle = self.survives(&table) || self.closes_circle(&table, &key);
            if in_circle {
                self.drop_constraint(&table, &Constraint::ForeignKey(key));
            }
        }
    }

    /// Tells whether a table stays without being created anew.
    fn survives(&self, name: &ObjectName) -> bool {
        match (self.working.table(name), self.target.table(name)) {
            (Some(existing), Some(wanted)) => same_shape(existing, wanted),
            _ => false,
        }
    }

    /// Tells whether a foreign key's target leads back to its own table over foreign keys.
    fn closes_circle(&self, table: &ObjectName, key: &ForeignKey) -> bool {
        let mut seen = vec![key.referenced_table.clone()];
        let mut next = 0;
        while let Some(name) = seen.get(next).cloned() {
            if name == *table {
                return true;
            }
            let keys =
                self.working.table(&name).map(|table| table.foreign_keys.as_slice()).unwrap_or_default();
            for key in keys {
                if !seen.contains(&key.referenced_table) {
                    seen.push(key.referenced_table.clone());
                }
            }
            next += 1;
        }
        false
    }

    pub(super) fn drop_constraint(&mut self, table: &ObjectName, constraint: &Constraint) {
        let columns = match constraint {
            Constraint::Check(check) => vec![check.expr.canonical().to_owned()],
            other => other.columns().to_vec(),
        };
        let name = constraint.name().map(str::to_owned);
        let kind = Some(constraint.kind());
        self.emit(DropConstraint {
            table: table.clone(),
            name,
            kind,
            columns,
            if_exists: false,
            cascade: false,
        });
    }

    /// Drops tables, those that others refer to last.
    pub(super) fn drop_tables(&mut self) {
        let mut going: Vec<ObjectName> =
            self.working.tables.keys().rev().filter(|name| !self.survives(name)).cloned().collect();
        while !going.is_empty() {
            let free = going.iter().position(|name| {
                !going.iter().any(|other| {
                    other != name && self.working.table(other).is_some_and(|table| depends_on(table, name))
                })
            });
            let table = going.remove(free.unwrap_or(0));
            if self.working.tables.contains_key(&table) {
                self.detach_from_referenced(&table);
                self.emit(DropTable { table, if_exists: false, cascade: false });
            }
        }
    }

    /// Detaches a partition of a table that foreign keys refer to: they hold the partition too.
    fn detach_from_referenced(&mut self, name: &ObjectName) {
        let parent =
            self.working.table(name).and_then(|table| table.partition_of.as_ref()).map(|(of, _)| of.clone());
        let Some(parent) = parent else { return };
        let refers = |table: &std::sync::Arc<Table>| {
            table.foreign_keys.iter().any(|key| key.referenced_table == parent)
        };
        if self.working.tables.values().any(refers) {
            let change = TableChange::DetachPartition(name.clone());
            self.emit(AlterTable { table: parent, change });
        }
    }

    /// Creates tables, those that others refer to first; foreign keys that close a circle come later.
    pub(super) fn create_tables(&mut self) {
        let target = self.target;
        let mut coming: Vec<&Table> = target
            .tables
            .values()
            .map(AsRef::as_ref)
            .filter(|table| !self.working.tables.contains_key(&table.name))
            .collect();
        let has_functions = !target.functions.is_empty();
        // Each table counts those it waits for, so that many tables in a row stay linear.
        while !coming.is_empty() {
            let names: std::collections::HashSet<&ObjectName> =
                coming.iter().map(|table| &table.name).collect();
            let bare: Vec<&str> = names.iter().map(|name| name.name.as_str()).collect();
            let waits = |table: &&Table| {
                // A body that the server looks into must find its tables.
                if has_functions
                    && functions::tables_needed(target, table, &bare)
                        .iter()
                        .any(|name| *name != table.name.name)
                {
                    return true;
                }
                let keys = table.foreign_keys.iter().map(|key| &key.referenced_table);
                let parents = table.partition_of.iter().map(|(parent, _)| parent).chain(&table.inherits);
                keys.chain(parents).any(|name| *name != table.name && names.contains(name))
            };
            let (blocked, mut ready): (Vec<&Table>, Vec<&Table>) =
                coming.iter().partition(|table| waits(table));
            coming = blocked;
            if ready.is_empty() {
                let parents = |table: &&Table| {
                    let mut parents =
                        table.partition_of.iter().map(|(parent, _)| parent).chain(&table.inherits);
                    parents.any(|name| names.contains(name))
                };
                let at = coming.iter().position(|table| !parents(table)).unwrap_or(0);
                ready.push(coming.remove(at));
            }
            for table in ready {
                self.create_table(table);
            }
        }
    }

    fn create_table(&mut self, wanted: &Table) {
        let mut table = wanted.clone();
        // They may call functions that read the table.
        table.triggers.clear();
        table.policies.clear();
        if !self.target.dialect.is_sqlite() {
            self.leave_to_parents(&mut table);
            // Inside of `CREATE TABLE` a constraint is valid; these come after it.
            table.checks.retain(|check| !check.not_valid);
            table.foreign_keys.retain(|key| !key.not_valid);
            table.foreign_keys.retain(|key| {
                if key.referenced_table == wanted.name {
                    let columns = lookup::referenced_columns(key, wanted);
                    let bare = Table { indexes: Vec::new(), ..wanted.clone() };
                    lookup::is_key(&bare, &columns)
                } else {
                    // A key that comes later carries no foreign key yet.
                    self.working.table(&key.referenced_table).is_some_and(|referenced| {
                        let columns = lookup::referenced_columns(key, referenced);
                        lookup::is_key(referenced, &columns)
                    })
                }
            });
        }
        self.create_functions_of(&functions::exprs_of(wanted));
        self.emit(CreateTable { table, if_not_exists: false });
    }

    /// Leaves out what inheritance brings, so that it stays inherited and does not become the table's own.
    fn leave_to_parents(&self, table: &mut Table) {
        for parent in table.inherits.iter().filter_map(|name| self.target.table(name)) {
            table.columns.retain(|column| {
                parent.column(&column.name).is_none_or(|twin| {
                    let origin = column.origin.clone();
                    Column { origin, ..twin.inherited(self.target.dialect) } != *column
                })
            });
            table.checks.retain(|check| {
                let is_twin = |twin: &&crate::Check| twin.name == check.name && twin.expr == check.expr;
                check.comment.is_some()
                    || !parent.checks.iter().filter(|twin| !twin.no_inherit).any(|twin| is_twin(&twin))
            });
        }
    }

    /// Changes what belongs to tables as a whole.
    pub(super) fn change_tables(&mut self) {
        let target = self.target;
        for (name, wanted) in &target.tables {
            let Some(existing) = self.working.tables.get(name).cloned() else { continue };
            if std::sync::Arc::ptr_eq(&existing, wanted) {
                continue;
            }
            for change in self.table_changes(&existing, wanted) {
                self.emit(AlterTable { table: name.clone(), change });
            }
            self.change_parents(&existing, wanted);
            self.change_grants(&existing, wanted);
        }
    }

    fn table_changes(&self, existing: &Table, wanted: &Table) -> Vec<TableChange> {
        let mut changes = Vec::new();
        if self.comments() && existing.comment != wanted.comment {
            changes.push(TableChange::Comment(wanted.comment.clone()));
        }
        if existing.row_security != wanted.row_security {
            changes.push(TableChange::RowSecurity(wanted.row_security));
        }
        if existing.force_row_security != wanted.force_row_security {
            changes.push(TableChange::ForceRowSecurity(wanted.force_row_security));
        }
        if existing.unlogged != wanted.unlogged {
            changes.push(TableChange::Unlogged(wanted.unlogged));
        }
        if existing.strict != wanted.strict {
            changes.push(TableChange::Strict(wanted.strict));
        }
        if existing.without_rowid != wanted.without_rowid {
            changes.push(TableChange::WithoutRowid(wanted.without_rowid));
        }
        if existing.storage != wanted.storage {
            let gone = existing.storage.keys().filter(|name| !wanted.storage.contains_key(*name));
            let mut parameters: Vec<(String, Option<String>)> =
                gone.map(|name| (name.clone(), None)).collect();
            let new =
                wanted.storage.iter().filter(|(name, value)| existing.storage.get(*name) != Some(*value));
            parameters.extend(new.map(|(name, value)| (name.clone(), Some(value.clone()))));
            changes.push(TableChange::Storage(parameters));
        }
        changes
    }

    fn change_parents(&mut self, existing: &Table, wanted: &Table) {
        if existing.partition_of != wanted.partition_of {
            let partition = wanted.name.clone();
            if let Some((parent, _)) = &existing.partition_of {
                let change = TableChange::DetachPartition(partition.clone());
                self.emit(AlterTable { table: parent.clone(), change });
            }
            if let Some((parent, bound)) = &wanted.partition_of {
                let change = TableChange::AttachPartition { partition, bound: bound.clone() };
                self.emit(AlterTable { table: parent.clone(), change });
            }
        }
        for (parents, others, add) in
            [(&existing.inherits, &wanted.inherits, false), (&wanted.inherits, &existing.inherits, true)]
        {
            for parent in parents.iter().filter(|parent| !others.contains(parent)) {
                let change = TableChange::Inherit { parent: parent.clone(), add };
                self.emit(AlterTable { table: wanted.name.clone(), change });
            }
        }
    }

    fn change_grants(&mut self, existing: &Table, wanted: &Table) {
        let same = |left: &Grant, right: &Grant| left.role == right.role && left.privilege == right.privilege;
        for grant in &existing.grants {
            // A grant option can only be taken back with its privilege.
            let kept = wanted.grants.iter().any(|new| same(new, grant) && new.grantable >= grant.grantable);
            if !kept {
                self.emit(RevokePrivilege { table: wanted.name.clone(), grant: grant.clone() });
            }
        }
        for grant in &wanted.grants {
            let has = self.working.table(&wanted.name).is_some_and(|table| table.grants.contains(grant));
            if !has {
                self.emit(GrantPrivilege { table: wanted.name.clone(), grant: grant.clone() });
            }
        }
    }
}

fn depends_on(table: &Table, name: &ObjectName) -> bool {
    table.foreign_keys.iter().any(|key| key.referenced_table == *name)
        || table.partition_of.as_ref().is_some_and(|(parent, _)| parent == name)
        || table.inherits.contains(name)
}

/// Returns the order in which a constraint of a kind is added: keys before what refers to them.
pub(super) fn rank(kind: ConstraintKind) -> u8 {
    match kind {
        ConstraintKind::PrimaryKey => 0,
        ConstraintKind::Unique => 1,
        ConstraintKind::Exclude => 2,
        ConstraintKind::Check => 3,
        ConstraintKind::ForeignKey => 4,
    }
}
