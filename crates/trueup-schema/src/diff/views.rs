//! Views, triggers, policies and the functions they call: what reads tables goes first and comes back last.

use super::Differ;
use super::functions::calls;
use crate::ops::lookup::{views_of, with_dependent_views};
use crate::ops::{
    AlterPolicy, CreateIndex, CreatePolicy, CreateTrigger, DropIndex, DropPolicy, DropTrigger, DropView,
    EnableTrigger, RenameIndex, drop_column,
};
use crate::{Generated, Index, ObjectKind, ObjectName, ObjectRef, Schema, SqlExpr, Table, Trigger, View};

impl Differ<'_> {
    /// Returns views that go, that change, or that a changing table or function would not let go of, in an order that
    /// works.
    pub(super) fn going_views(&self) -> Vec<ObjectName> {
        let mut first: Vec<ObjectName> = Vec::new();
        for view in self.working.views.values() {
            let stays = self.target.views.get(&view.name).is_some_and(|wanted| same_view(view, wanted));
            if !stays {
                first.push(view.name.clone());
            }
        }
        if !self.target.dialect.is_sqlite() {
            for table in self.working.tables.values() {
                let wanted = self.target.table(&table.name);
                if !self.keeps_readers(table, wanted) {
                    first.extend(views_of(&self.working, &table.name).map(|view| view.name.clone()));
                }
            }
            for (_, function) in
                self.working.functions.iter().filter(|(key, found)| self.is_recreated(key, found))
            {
                let calls = |view: &&View| calls(&self.working, &view.query, &function.name.name);
                first.extend(self.working.views.values().filter(calls).map(|view| view.name.clone()));
            }
        }
        let mut unique = Vec::new();
        for name in first {
            if !unique.contains(&name) {
                unique.push(name);
            }
        }
        let all = if self.target.dialect.is_sqlite() {
            unique
        } else {
            with_dependent_views(&self.working, unique)
        };
        in_drop_order(&self.working, all)
    }

    pub(super) fn drop_views(&mut self, mut names: Vec<ObjectName>) {
        while !names.is_empty() {
            // A function may return rows of a view, and a view may call a function.
            self.drop_functions_early();
            let holds = |name: &ObjectName| {
                let mut functions = self.working.functions.iter();
                functions.any(|(key, found)| {
                    self.is_recreated(key, found) && mentions(&found.definition, &name.name)
                })
            };
            let reads = |name: &ObjectName| {
                let others = names.iter().filter(|other| *other != name);
                let mut others = others.filter_map(|other| self.working.views.get(other));
                others.any(|view| mentions(&view.query, &name.name))
            };
            let free = names.iter().position(|name| !holds(name) && !reads(name));
            let name = names.remove(free.unwrap_or(0));
            let materialized = self.working.views.get(&name).is_some_and(|view| view.materialized);
            self.emit(DropView { name, materialized, if_exists: false, cascade: false });
        }
    }

    /// Tells whether views on a table can stay: it stays, and no column goes or gets another type.
    fn keeps_readers(&self, table: &Table, wanted: Option<&Table>) -> bool {
        let Some(wanted) = wanted else { return false };
        if std::ptr::eq(table, wanted) {
            return true;
        }
        let replaced = |column: &crate::Column| {
            let name = crate::ops::lookup::type_name(&self.working, &column.column_type);
            self.working.enums.get(&name).map(|found| &found.labels)
                != self.target.enums.get(&name).map(|found| &found.labels)
                || self.working.domains.get(&name) != self.target.domains.get(&name)
        };
        super::tables::same_shape(table, wanted)
            && table.columns.iter().all(|column| {
                let same = wanted.column(&column.name).is_some_and(|new| {
                    new.column_type == column.column_type
                        && new.collation == column.collation
                        && computed(new) == computed(column)
                });
                same && !replaced(column)
            })
    }

    pub(super) fn change_views(&mut self) {
        let target = self.target;
        for view in target.views.values() {
            let Some(existing) = self.working.views.get(&view.name).cloned() else { continue };
            self.change_view_indexes(&existing, view);
            if self.comments() && existing.comment != view.comment {
                let kind = if view.materialized { ObjectKind::MaterializedView } else { ObjectKind::View };
                let object = ObjectRef::new(kind, view.name.name.as_str());
                self.set_comment(object, view.name.namespace.as_deref(), view.comment.as_ref());
            }
            self.change_triggers(&view.name, &existing.triggers, &view.triggers);
        }
    }

    fn change_view_indexes(&mut self, existing: &View, wanted: &View) {
        let mut old = existing.indexes.clone();
        let mut new: Vec<&Index> = Vec::new();
        for index in &wanted.indexes {
            match old.iter().position(|candidate| candidate == index) {
                Some(at) => drop(old.remove(at)),
                None => new.push(index),
            }
        }
        for index in old {
            let name = existing.name.sibling(index.name.as_str());
            let twin = new
                .iter()
                .position(|wanted| **wanted == Index { name: wanted.name.clone(), ..index.clone() });
            if let Some(at) = twin {
                let new_name = new.remove(at).name.clone();
                self.emit(RenameIndex { index: name, new_name, if_exists: false });
                continue;
            }
            let table = Some(existing.name.clone());
            self.emit(DropIndex {
                index: name,
                table,
                concurrently: false,
                if_exists: false,
                cascade: false,
            });
        }
        for index in new {
            let (table, index) = (wanted.name.clone(), index.clone());
            self.emit(CreateIndex { table, index, concurrently: false, if_not_exists: false });
        }
    }

    /// Drops triggers and policies that go, and policies that would hold a view, table, column or function.
    pub(super) fn drop_triggers_and_policies(&mut self, views: &[ObjectName]) {
        let mut triggers = Vec::new();
        let mut policies = Vec::new();
        let tables = self.working.tables.keys().filter(|name| self.target.table(name).is_none());
        let mut gone: Vec<&str> = views.iter().chain(tables).map(|name| name.name.as_str()).collect();
        let functions = self.working.functions.iter().filter(|(key, found)| self.is_recreated(key, found));
        gone.extend(functions.map(|(_, function)| function.name.name.as_str()));
        let held = |table: &Table, policy: &crate::Policy| {
            let mut exprs = policy.using.iter().chain(&policy.with_check);
            exprs.any(|expr| gone.iter().any(|name| *name != table.name.name && mentions(expr, name)))
        };
        for table in self.working.tables.values() {
            let all = table.policies.iter().filter(|policy| held(table, policy));
            policies.extend(all.map(|policy| (policy.name.clone(), table.name.clone())));
            let Some(wanted) = self.target.table(&table.name) else { continue };
            if std::ptr::eq(table.as_ref(), wanted) {
                continue;
            }
            for trigger in &table.triggers {
                let stays = wanted.triggers.iter().any(|new| same_trigger(trigger, new));
                if !stays {
                    triggers.push((trigger.name.clone(), table.name.clone()));
                }
            }
            for policy in &table.policies {
                // A policy holds the type of the columns that it mentions; it comes back at the end.
                let held = table.columns.iter().any(|column| {
                    super::columns::goes_or_changes(self, column, wanted)
                        && drop_column::uses(self.target.dialect, policy, &column.name)
                });
                if held || !wanted.policies.iter().any(|new| new.name == policy.name) {
                    policies.push((policy.name.clone(), table.name.clone()));
                }
            }
        }
        for (name, table) in triggers {
            self.emit(DropTrigger { name, table: Some(table), if_exists: false });
        }
        let mut dropped: Vec<(String, ObjectName)> = Vec::new();
        for (name, table) in policies {
            if dropped.contains(&(name.clone(), table.clone())) {
                continue;
            }
            dropped.push((name.clone(), table.clone()));
            self.emit(DropPolicy { table, name, if_exists: false });
        }
    }

    pub(super) fn create_triggers_and_policies(&mut self) {
        let target = self.target;
        for (name, wanted) in &target.tables {
            let Some(existing) = self.working.tables.get(name).cloned() else { continue };
            if std::sync::Arc::ptr_eq(&existing, wanted) {
                continue;
            }
            self.change_triggers(name, &existing.triggers, &wanted.triggers);
            for policy in &wanted.policies {
                let (table, policy) = (name.clone(), policy.clone());
                match existing.policies.iter().find(|old| old.name == policy.name) {
                    None => self.emit(CreatePolicy { table, policy }),
                    Some(old) if *old != policy => self.emit(AlterPolicy { table, policy }),
                    Some(_) => {}
                }
            }
        }
    }

    fn change_triggers(&mut self, table: &ObjectName, existing: &[Trigger], wanted: &[Trigger]) {
        for trigger in existing.iter().filter(|old| !wanted.iter().any(|new| same_trigger(old, new))) {
            let name = trigger.name.clone();
            self.emit(DropTrigger { name, table: Some(table.clone()), if_exists: false });
        }
        for trigger in wanted {
            let Some(old) = existing.iter().find(|old| same_trigger(old, trigger)) else {
                let (table, trigger) = (table.clone(), trigger.clone());
                self.emit(CreateTrigger { table, trigger, or_replace: false, if_not_exists: false });
                continue;
            };
            if old.enabled != trigger.enabled {
                let (table, name) = (table.clone(), Some(trigger.name.clone()));
                self.emit(EnableTrigger { table, name, enabled: trigger.enabled });
            }
            if self.comments() && old.comment != trigger.comment {
                let object =
                    ObjectRef::of_table(ObjectKind::Trigger, trigger.name.as_str(), table.name.as_str());
                self.set_comment(object, table.namespace.as_deref(), trigger.comment.as_ref());
            }
        }
    }
}

pub(super) fn computed(column: &crate::Column) -> Option<&crate::Computed> {
    match &column.generated {
        Some(Generated::Computed(computed)) => Some(computed),
        _ => None,
    }
}

fn same_trigger(left: &Trigger, right: &Trigger) -> bool {
    left.name == right.name && left.definition == right.definition
}

fn same_view(left: &View, right: &View) -> bool {
    left.materialized == right.materialized && left.query == right.query
}

/// Returns views so that a view comes before those it reads from.
fn in_drop_order(schema: &Schema, names: Vec<ObjectName>) -> Vec<ObjectName> {
    let views: Vec<&View> = names.iter().filter_map(|name| schema.views.get(name)).collect();
    let mut order: Vec<ObjectName> =
        in_create_order(&views).into_iter().map(|view| view.name.clone()).collect();
    order.reverse();
    order
}

/// Returns views so that a view comes after those whose name its query mentions.
pub(super) fn in_create_order<'v>(views: &[&'v View]) -> Vec<&'v View> {
    let mut order: Vec<&'v View> = Vec::with_capacity(views.len());
    let mut waiting: Vec<&'v View> = views.to_vec();
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|view| {
            let mentions =
                |other: &&&View| other.name != view.name && mentions(&view.query, &other.name.name);
            !waiting.iter().any(|other| mentions(&other))
        });
        // Words that mention each other in a circle are no real dependency: views cannot be circular.
        order.push(waiting.remove(ready.unwrap_or(0)));
    }
    order
}

pub(super) fn mentions(query: &SqlExpr, name: &str) -> bool {
    mentions_in(query.text(), name)
}

/// Tells whether a text names something, as a word of its own.
pub(super) fn mentions_in(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !word(text[..at].chars().next_back()) && !word(text[at + name.len()..].chars().next())
    })
}
