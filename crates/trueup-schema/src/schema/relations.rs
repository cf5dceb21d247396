//! Which names are taken: tables, views, sequences and indexes share one space per namespace.
//!
//! Names of indexes and of the indexes behind constraints live inside tables, and `CREATE INDEX` must know whether a
//! name is free in all of them. Asking every table each time is quadratic over a long history, so a [`Schema`] keeps
//! a lookup that repairs itself: it holds weak pointers to the tables it has read, and `Arc::make_mut` always moves a
//! table that has one, so a changed table is recognised by its address, whoever changed it.

use std::sync::{Arc, Mutex, Weak};

use rustc_hash::FxHashMap;

use super::Schema;
use crate::{Generated, ObjectKind, ObjectName, Table};

/// What holds a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Kind of the object: table, view, materialized view, sequence, index, or the constraint that owns the index.
    pub kind: ObjectKind,
    /// The table, for what belongs to one.
    pub table: Option<ObjectName>,
}

/// Plain scans before the lookup is built: many schemas are asked only once or twice.
const SCANS_BEFORE_BUILDING: u32 = 4;

/// The lookup; no part of a schema's value.
///
/// Copies of a schema share one: those that are asked in turn are neighbours in a history and differ in few tables.
#[derive(Clone, Default)]
pub(super) struct RelationLookup(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    asked: u32,
    seen: Vec<Seen>,
    owners: FxHashMap<ObjectName, ObjectName>,
    constraints: FxHashMap<ObjectName, ObjectName>,
}

/// A table as it was when it was read.
struct Seen {
    name: ObjectName,
    table: Weak<Table>,
    names: Vec<ObjectName>,
    constraints: Vec<ObjectName>,
}

impl PartialEq for RelationLookup {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl std::fmt::Debug for RelationLookup {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("RelationLookup")
    }
}

impl Schema {
    /// Returns a copy that shares the lookup of names with another schema, not with this one.
    ///
    /// Whoever asks the schemas of a history on several threads gives each thread a lookup of its own: threads that share
    /// one wait for each other, and each finds it repaired for another part of the history.
    pub fn with_lookup_of(&self, other: &Self) -> Self {
        Self { relations: other.relations.clone(), ..self.clone() }
    }

    /// Returns what holds a name in the space that tables, views, sequences and indexes share.
    pub fn relation(&self, name: &ObjectName) -> Option<Relation> {
        if self.tables.contains_key(name) {
            return Some(Relation { kind: ObjectKind::Table, table: None });
        }
        if let Some(view) = self.views.get(name) {
            let kind = if view.materialized { ObjectKind::MaterializedView } else { ObjectKind::View };
            return Some(Relation { kind, table: None });
        }
        if self.sequences.contains_key(name) {
            return Some(Relation { kind: ObjectKind::Sequence, table: None });
        }
        let of_view = self.views.values().find(|view| {
            view.name.namespace == name.namespace && view.indexes.iter().any(|index| index.name == name.name)
        });
        if let Some(view) = of_view {
            return Some(Relation { kind: ObjectKind::Index, table: Some(view.name.clone()) });
        }
        let table = self.owner_of_relation(name)?;
        let kind = kind_in_table(table, name, self.dialect.names_constraints())?;
        Some(Relation { kind, table: Some(table.name.clone()) })
    }

    /// Returns the table that carries an index, a constraint with an index, or a serial sequence of that name.
    pub(crate) fn owner_of_relation(&self, name: &ObjectName) -> Option<&Table> {
        let constraints = self.dialect.names_constraints();
        let Ok(mut state) = self.relations.0.lock() else {
            return self.scan(name, constraints);
        };
        state.asked += 1;
        if state.asked <= SCANS_BEFORE_BUILDING {
            return self.scan(name, constraints);
        }
        state.refresh(self);
        state.owners.get(name).and_then(|owner| self.table(owner))
    }

    /// Tells whether a table of the namespace has a constraint of that name, which the server's own names avoid.
    pub(crate) fn has_constraint_named(&self, name: &ObjectName) -> bool {
        let scan = || {
            let mut tables = self.tables.values();
            tables.any(|table| table.name.namespace == name.namespace && table.has_constraint(&name.name))
        };
        let Ok(mut state) = self.relations.0.lock() else {
            return scan();
        };
        state.asked += 1;
        if state.asked <= SCANS_BEFORE_BUILDING {
            return scan();
        }
        state.refresh(self);
        state.constraints.contains_key(name)
    }

    fn scan(&self, name: &ObjectName, constraints: bool) -> Option<&Table> {
        self.tables.values().map(Arc::as_ref).find(|table| kind_in_table(table, name, constraints).is_some())
    }
}

impl State {
    /// Brings the lookup up to date; costs one comparison of addresses per unchanged table.
    fn refresh(&mut self, schema: &Schema) {
        let constraints = schema.dialect.names_constraints();
        for (position, table) in schema.tables.values().enumerate() {
            while let Some(entry) = self.seen.get(position) {
                if Weak::as_ptr(&entry.table) == Arc::as_ptr(table) || entry.name == table.name {
                    break;
                }
                if schema.tables.contains_key(&entry.name) {
                    self.rebuild(schema, constraints);
                    return;
                }
                self.forget(position);
            }
            match self.seen.get(position) {
                Some(entry) if Weak::as_ptr(&entry.table) == Arc::as_ptr(table) => {}
                Some(_) => {
                    self.forget(position);
                    self.learn(position, table, constraints);
                }
                None => self.learn(position, table, constraints),
            }
        }
        while self.seen.len() > schema.tables.len() {
            self.forget(self.seen.len() - 1);
        }
    }

    fn rebuild(&mut self, schema: &Schema, constraints: bool) {
        self.seen.clear();
        self.owners.clear();
        self.constraints.clear();
        for (position, table) in schema.tables.values().enumerate() {
            self.learn(position, table, constraints);
        }
    }

    fn learn(&mut self, position: usize, table: &Arc<Table>, constraints: bool) {
        let names = relation_names(table, constraints);
        for name in &names {
            self.owners.insert(name.clone(), table.name.clone());
        }
        let constraint_names: Vec<ObjectName> = if constraints {
            table.constraint_names().map(|name| table.name.sibling(name)).collect()
        } else {
            Vec::new()
        };
        for name in &constraint_names {
            self.constraints.insert(name.clone(), table.name.clone());
        }
        let seen = Seen {
            name: table.name.clone(),
            table: Arc::downgrade(table),
            names,
            constraints: constraint_names,
        };
        self.seen.insert(position, seen);
    }

    fn forget(&mut self, position: usize) {
        let entry = self.seen.remove(position);
        for name in &entry.names {
            if self.owners.get(name) == Some(&entry.name) {
                self.owners.remove(name);
            }
        }
        for name in &entry.constraints {
            if self.constraints.get(name) == Some(&entry.name) {
                self.constraints.remove(name);
            }
        }
    }
}

/// Returns every name in the shared space that belongs to a table, beside its own.
fn relation_names(table: &Table, constraints: bool) -> Vec<ObjectName> {
    let mut names: Vec<ObjectName> =
        table.indexes.iter().map(|index| table.name.sibling(index.name.as_str())).collect();
    if constraints {
        let keys = table.primary_key.iter().map(|key| &key.name);
        let uniques = table.uniques.iter().map(|unique| &unique.name);
        let excludes = table.excludes.iter().map(|exclude| &exclude.name);
        let named = keys.chain(uniques).chain(excludes).flatten();
        names.extend(named.map(|name| table.name.sibling(name.as_str())));
    }
    names.extend(table.columns.iter().filter_map(|column| match &column.generated {
        Some(Generated::Serial { sequence }) => Some(sequence.clone()),
        _ => None,
    }));
    names
}

/// Returns what of a table holds a name in the shared space.
fn kind_in_table(table: &Table, name: &ObjectName, constraints: bool) -> Option<ObjectKind> {
    if table.name.namespace == name.namespace {
        if table.index(&name.name).is_some() {
            return Some(ObjectKind::Index);
        }
        let is = |candidate: &Option<String>| candidate.as_deref() == Some(name.name.as_str());
        if constraints && table.primary_key.iter().any(|key| is(&key.name)) {
            return Some(ObjectKind::PrimaryKey);
        }
        if constraints && table.uniques.iter().any(|unique| is(&unique.name)) {
            return Some(ObjectKind::Unique);
        }
        if constraints && table.excludes.iter().any(|exclude| is(&exclude.name)) {
            return Some(ObjectKind::Exclude);
        }
    }
    let serial = table
        .columns
        .iter()
        .any(|column| matches!(&column.generated, Some(Generated::Serial { sequence }) if sequence == name));
    serial.then_some(ObjectKind::Sequence)
}
