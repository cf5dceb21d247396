//! Constraints and indexes of tables that stay: matched by name, then by content.

use super::{Differ, tables};
use crate::ops::{
    AddConstraint, Constraint, CreateIndex, DropIndex, RenameConstraint, RenameIndex, ValidateConstraint,
    identifiers, lookup,
};
use crate::{Index, IndexKey, ObjectKind, ObjectName, ObjectRef, Schema, Table};

/// What of two lists belongs together.
pub(super) struct Matched<T> {
    /// Pairs, the old one first.
    pub(super) pairs: Vec<(T, T)>,
    /// Only in the old list.
    pub(super) gone: Vec<T>,
    /// Only in the new list.
    pub(super) new: Vec<T>,
}

/// Pairs the entries of two lists: first those of the same name and content, then those of the same content.
pub(super) fn match_up<T: Clone>(
    old: &[T],
    new: &[T],
    name: impl Fn(&T) -> Option<String>,
    same: impl Fn(&T, &T) -> bool,
) -> Matched<T> {
    let mut gone: Vec<T> = old.to_vec();
    let mut rest = Vec::new();
    let mut pairs = Vec::new();
    for wanted in new {
        match gone.iter().position(|old| name(old) == name(wanted) && same(old, wanted)) {
            Some(at) => pairs.push((gone.remove(at), wanted.clone())),
            None => rest.push(wanted.clone()),
        }
    }
    let mut unmatched = Vec::new();
    for wanted in rest {
        match gone.iter().position(|old| same(old, &wanted)) {
            Some(at) => pairs.push((gone.remove(at), wanted)),
            None => unmatched.push(wanted),
        }
    }
    Matched { pairs, gone, new: unmatched }
}

/// Returns a constraint without its name, comment and validity, referenced columns filled in.
pub(super) fn content(schema: &Schema, constraint: &Constraint, table: Option<&Table>) -> Constraint {
    let mut content = constraint.clone();
    content.set_name(None);
    match &mut content {
        Constraint::PrimaryKey(key) => key.comment = None,
        Constraint::Unique(unique) => unique.comment = None,
        Constraint::Check(check) => (check.comment, check.not_valid) = (None, false),
        Constraint::ForeignKey(key) => {
            (key.comment, key.not_valid) = (None, false);
            let own = table.filter(|table| table.name == key.referenced_table);
            if let Some(referenced) = own.or_else(|| schema.table(&key.referenced_table)) {
                key.referenced_columns = lookup::referenced_columns(key, referenced);
            }
        }
        Constraint::Exclude(_) => {}
    }
    content
}

fn not_valid(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::Check(check) => check.not_valid,
        Constraint::ForeignKey(key) => key.not_valid,
        _ => false,
    }
}

fn comment(constraint: &Constraint) -> Option<&String> {
    match constraint {
        Constraint::PrimaryKey(key) => key.comment.as_ref(),
        Constraint::ForeignKey(key) => key.comment.as_ref(),
        Constraint::Unique(unique) => unique.comment.as_ref(),
        Constraint::Check(check) => check.comment.as_ref(),
        Constraint::Exclude(_) => None,
    }
}

/// Tells whether two indexes are the same but for name and comment.
pub(super) fn same_index(left: &Index, right: &Index) -> bool {
    *left == Index { name: left.name.clone(), comment: left.comment.clone(), ..right.clone() }
}

impl Differ<'_> {
    fn matched_constraints(&self, existing: &Table, wanted: &Table) -> Matched<Constraint> {
        let renames = self.target.dialect.names_constraints();
        // On SQLite several constraints of a table may share a name; then a rename would not know which is meant.
        let all = existing.constraints();
        let count = |name: &str| all.iter().filter(|constraint| constraint.name() == Some(name)).count();
        let same = |old: &Constraint, new: &Constraint| {
            let named = renames
                || new.name() == old.name()
                || matches!((old.name(), new.name()), (Some(old), Some(new)) if count(old) == 1 && count(new) == 0);
            // A checked constraint cannot become unchecked.
            let valid = !not_valid(new) || not_valid(old);
            old.kind() == new.kind()
                && named
                && valid
                && content(&self.working, old, Some(existing)) == content(self.target, new, Some(wanted))
        };
        let name = |constraint: &Constraint| constraint.name().map(str::to_owned);
        match_up(&all, &wanted.constraints(), name, same)
    }

    fn matched_indexes(&self, existing: &Table, wanted: &Table) -> Matched<Index> {
        let renames = !self.target.dialect.is_sqlite();
        let same = |old: &Index, new: &Index| (renames || old.name == new.name) && same_index(old, new);
        match_up(&existing.indexes, &wanted.indexes, |index: &Index| Some(index.name.clone()), same)
    }

    fn staying(&self) -> Vec<(ObjectName, std::sync::Arc<Table>, std::sync::Arc<Table>)> {
        let working = self.working.tables.iter();
        let both = working.filter_map(|(name, table)| Some((name, table, self.target.tables.get(name)?)));
        both.filter(|(_, old, new)| !std::sync::Arc::ptr_eq(old, new))
            .map(|(name, old, new)| (name.clone(), old.clone(), new.clone()))
            .collect()
    }

    pub(super) fn drop_constraints_and_indexes(&mut self) {
        for (name, _, wanted) in self.staying() {
            let Some(existing) = self.working.tables.get(&name).cloned() else { continue };
            let goes_with_column = |columns: &[String]| {
                columns
                    .iter()
                    .any(|column| existing.column(column).is_some() && wanted.column(column).is_none())
            };
            for constraint in self.matched_constraints(&existing, &wanted).gone {
                let there =
                    self.working.table(&name).is_some_and(|table| table.constraints().contains(&constraint));
                if !there || goes_with_column(&self.columns_of_constraint(&existing, &constraint)) {
                    continue;
                }
                self.free_keys(&name, |table| {
                    table.uniques.retain(|unique| Constraint::Unique(unique.clone()) != constraint);
                    if matches!(constraint, Constraint::PrimaryKey(_)) {
                        table.primary_key = None;
                    }
                });
                self.drop_constraint(&name, &constraint);
            }
            for index in self.matched_indexes(&existing, &wanted).gone {
                let there = self.working.table(&name).is_some_and(|table| table.index(&index.name).is_some());
                if !there || goes_with_column(&self.columns_of_index(&existing, &index)) {
                    continue;
                }
                self.free_keys(&name, |table| table.indexes.retain(|other| other.name != index.name));
                let (index, table) = (name.sibling(index.name.as_str()), Some(name.clone()));
                self.emit(DropIndex { index, table, concurrently: false, if_exists: false, cascade: false });
            }
        }
    }

    fn columns_of_constraint(&self, table: &Table, constraint: &Constraint) -> Vec<String> {
        match constraint {
            Constraint::Check(check) => {
                let names = table.columns.iter().map(|column| column.name.as_str());
                let mentioned = identifiers::mentioned_columns(self.target.dialect, &check.expr, names);
                mentioned.into_iter().map(str::to_owned).collect()
            }
            other => other.columns().to_vec(),
        }
    }

    fn columns_of_index(&self, table: &Table, index: &Index) -> Vec<String> {
        let uses = |column: &&crate::Column| {
            lookup::parts_use(self.target.dialect, &index.parts, &column.name)
                || index.include.contains(&column.name)
                || index.predicate.as_ref().is_some_and(|predicate| {
                    identifiers::mentions_column(self.target.dialect, predicate, &column.name)
                })
        };
        table.columns.iter().filter(uses).map(|column| column.name.clone()).collect()
    }

    /// Renames what has the same content; chains and swaps of names are put in an order that works.
    pub(super) fn rename_constraints_and_indexes(&mut self) {
        let mut waiting: Vec<Rename> = Vec::new();
        for (name, existing, wanted) in self.staying() {
            for (old, new) in self.matched_constraints(&existing, &wanted).pairs {
                if let (Some(old), Some(new)) = (old.name(), new.name())
                    && old != new
                {
                    waiting.push(Rename::constraint(&name, old, new));
                }
            }
            for (old, new) in self.matched_indexes(&existing, &wanted).pairs {
                if old.name != new.name {
                    waiting.push(Rename { table: name.clone(), index: true, old: old.name, new: new.name });
                }
            }
        }
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|rename| !self.try_emit(rename.operation()));
            if waiting.len() < before {
                continue;
            }
            // The names form a circle, or something else has the name; one step aside opens a circle.
            let mut first = waiting.remove(0);
            let circle = waiting.iter().any(|other| other.old == first.new);
            let aside = Rename { new: format!("{}_renamed", first.old), ..first.clone() };
            if circle && self.try_emit(aside.operation()) {
                first.old = aside.new;
                waiting.push(first);
            } else {
                self.emit(first.operation());
            }
        }
    }

    pub(super) fn add_constraints_and_indexes(&mut self) {
        let mut later: Vec<(ObjectName, Constraint)> = Vec::new();
        for name in self.target.tables.keys() {
            let (Some(existing), Some(wanted)) =
                (self.working.tables.get(name).cloned(), self.target.tables.get(name))
            else {
                continue;
            };
            if std::sync::Arc::ptr_eq(&existing, wanted) {
                continue;
            }
            let mut matched = self.matched_constraints(&existing, wanted);
            // A parent's change may have given a partition what it was not to have.
            for constraint in std::mem::take(&mut matched.gone) {
                self.drop_constraint(name, &constraint);
            }
            matched.new.sort_by_key(|constraint| tables::rank(constraint.kind()));
            for constraint in matched.new {
                if matches!(constraint, Constraint::ForeignKey(_)) {
                    later.push((name.clone(), constraint));
                } else {
                    self.emit(AddConstraint { table: name.clone(), constraint, using_index: None });
                }
            }
            self.settle_pairs(name, matched.pairs);
            self.add_indexes(name, wanted);
        }
        // A partition has got the keys of its parent by now, if the parent comes first.
        later.sort_by_key(|(table, _)| {
            self.target.table(table).is_some_and(|table| table.partition_of.is_some())
        });
        for (table, constraint) in later {
            let is_there = self.working.tables.get(&table).is_some_and(|existing| {
                let wanted = self.target.table(&table);
                let same = |old: &Constraint| {
                    old.name() == constraint.name()
                        && content(&self.working, old, Some(existing))
                            == content(self.target, &constraint, wanted)
                };
                existing.constraints().iter().any(same)
            });
            let is_partition = self.target.table(&table).is_some_and(|table| table.partition_of.is_some());
            if is_partition && is_there {
                continue;
            }
            self.emit(AddConstraint { table, constraint, using_index: None });
        }
        self.settle_names();
    }

    fn settle_pairs(&mut self, table: &ObjectName, pairs: Vec<(Constraint, Constraint)>) {
        for (old, new) in pairs {
            if not_valid(&old)
                && !not_valid(&new)
                && let Some(name) = new.name().or(old.name())
            {
                self.emit(ValidateConstraint { table: table.clone(), name: name.to_owned() });
            }
            if self.comments()
                && comment(&old) != comment(&new)
                && let Some(name) = new.name().or(old.name())
            {
                let object = ObjectRef::of_table(new.kind().object_kind(), name, table.name.as_str());
                self.set_comment(object, table.namespace.as_deref(), comment(&new));
            }
        }
    }

    fn add_indexes(&mut self, name: &ObjectName, wanted: &Table) {
        let Some(existing) = self.working.tables.get(name).cloned() else { return };
        let matched = self.matched_indexes(&existing, wanted);
        for index in matched.gone {
            let (index, table) = (name.sibling(index.name.as_str()), Some(name.clone()));
            self.emit(DropIndex { index, table, concurrently: false, if_exists: false, cascade: false });
        }
        for index in matched.new {
            let table = name.clone();
            self.emit(CreateIndex { table, index, concurrently: false, if_not_exists: false });
        }
        for (old, new) in matched.pairs {
            if self.comments() && old.comment != new.comment {
                let object = ObjectRef::of_table(ObjectKind::Index, old.name.as_str(), name.name.as_str());
                self.set_comment(object, name.namespace.as_deref(), new.comment.as_ref());
            }
        }
    }

    /// What a partition got from its parent carries the server's names until now.
    fn settle_names(&mut self) {
        let is_partition = |(_, table, _): &(_, std::sync::Arc<Table>, _)| {
            table.partition_of.is_some() || !table.inherits.is_empty()
        };
        if self.staying().iter().any(is_partition) {
            self.rename_constraints_and_indexes();
        }
    }
}

#[derive(Clone)]
struct Rename {
    table: ObjectName,
    index: bool,
    old: String,
    new: String,
}

impl Rename {
    fn constraint(table: &ObjectName, old: &str, new: &str) -> Self {
        Self { table: table.clone(), index: false, old: old.to_owned(), new: new.to_owned() }
    }

    fn operation(&self) -> crate::Operation {
        if self.index {
            let index = self.table.sibling(self.old.as_str());
            RenameIndex { index, new_name: self.new.clone(), if_exists: false }.into()
        } else {
            let (name, new_name) = (self.old.clone(), self.new.clone());
            RenameConstraint { table: self.table.clone(), name, new_name }.into()
        }
    }
}

/// Returns the columns of an index that indexes nothing but columns.
pub(super) fn plain_columns(index: &Index) -> Option<Vec<String>> {
    index
        .parts
        .iter()
        .map(|part| match &part.key {
            IndexKey::Column(column) => Some(column.clone()),
            IndexKey::Expression(_) => None,
        })
        .collect()
}
