//! The tables of a schema: found by name, kept in the order in which they were made, and cheap to copy.
//!
//! A replay keeps the schema before every revision. Most revisions change one table, a few add one; so the tables
//! themselves, their order and the way from a name to its place are shared apart from each other, and a revision that
//! adds a column copies one table and a list of pointers, but no name.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use crate::{ObjectName, Shared, Table};

/// Tables by name, in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    list: Shared<Vec<Arc<Table>>>,
    positions: Shared<HashMap<ObjectName, usize, FxBuildHasher>>,
}

impl Tables {
    /// Returns the number of tables.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Tells whether there are no tables.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the table of a name.
    pub fn get(&self, name: &ObjectName) -> Option<&Arc<Table>> {
        self.list.get(self.get_index_of(name)?)
    }

    /// Returns the table of a name, to be changed. Its name stays.
    pub fn get_mut(&mut self, name: &ObjectName) -> Option<&mut Arc<Table>> {
        let position = self.get_index_of(name)?;
        self.list.get_mut(position)
    }

    /// Tells whether there is a table of a name.
    pub fn contains_key(&self, name: &ObjectName) -> bool {
        self.positions.contains_key(name)
    }

    /// Returns the place of a table among the others.
    pub fn get_index_of(&self, name: &ObjectName) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// Returns the names in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &ObjectName> + ExactSizeIterator + Clone {
        self.list.iter().map(|table| &table.name)
    }

    /// Returns the tables in order.
    pub fn values(&self) -> std::slice::Iter<'_, Arc<Table>> {
        self.list.iter()
    }

    /// Returns the tables in order, to be changed. Their names stay.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, Arc<Table>> {
        self.list.iter_mut()
    }

    /// Returns names and tables in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&ObjectName, &Arc<Table>)> + ExactSizeIterator {
        self.list.iter().map(with_name)
    }

    /// Adds a table under its name; one that has the name already gives up its place to it.
    pub fn insert(&mut self, table: Arc<Table>) {
        match self.get_index_of(&table.name) {
            Some(position) => self.list[position] = table,
            None => {
                self.positions.insert(table.name.clone(), self.list.len());
                self.list.push(table);
            }
        }
    }

    /// Adds a table under its name, which is free, at a place; those from there on move by one.
    pub fn insert_at(&mut self, position: usize, table: Arc<Table>) {
        let position = position.min(self.len());
        self.list.insert(position, table);
        self.number();
    }

    /// Removes a table; the others keep their order.
    pub fn shift_remove(&mut self, name: &ObjectName) -> Option<Arc<Table>> {
        let position = self.get_index_of(name)?;
        let table = self.list.remove(position);
        self.number();
        Some(table)
    }

    /// Keeps some of the tables.
    pub fn retain(&mut self, mut keep: impl FnMut(&Table) -> bool) {
        self.list.retain(|table| keep(table));
        self.number();
    }

    /// Removes all tables.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns the names of the tables that two schemas do not share: those that differ, those that are equal without
    /// being one, and those that only one of them has.
    pub fn unshared<'a>(&'a self, other: &'a Self) -> Vec<&'a ObjectName> {
        let mut names = Vec::new();
        if self.list.is_same(&other.list) {
            return names;
        }
        for (position, table) in self.list.iter().enumerate() {
            // Where nothing was removed before it, a table has the same place in both.
            let is_it = |found: &Arc<Table>| Arc::ptr_eq(found, table);
            let is_shared =
                other.list.get(position).is_some_and(is_it) || other.get(&table.name).is_some_and(is_it);
            if !is_shared {
                names.push(&table.name);
            }
        }
        for (position, table) in other.list.iter().enumerate() {
            let is_here = self.list.get(position).is_some_and(|found| found.name == table.name);
            if !is_here && !self.contains_key(&table.name) {
                names.push(&table.name);
            }
        }
        names
    }

    fn number(&mut self) {
        self.positions =
            self.list.iter().enumerate().map(|(position, table)| (table.name.clone(), position)).collect();
    }
}

/// Equal are the same tables in any order.
impl PartialEq for Tables {
    fn eq(&self, other: &Self) -> bool {
        self.list.is_same(&other.list)
            || self.len() == other.len()
                && self.iter().all(|(name, table)| {
                    other.get(name).is_some_and(|found| Arc::ptr_eq(found, table) || found == table)
                })
    }
}

impl FromIterator<Table> for Tables {
    fn from_iter<Items: IntoIterator<Item = Table>>(tables: Items) -> Self {
        let mut out = Self::default();
        for table in tables {
            out.insert(Arc::new(table));
        }
        out
    }
}

/// What iterating over tables gives.
type Iter<'a> =
    std::iter::Map<std::slice::Iter<'a, Arc<Table>>, fn(&'a Arc<Table>) -> (&'a ObjectName, &'a Arc<Table>)>;

fn with_name(table: &Arc<Table>) -> (&ObjectName, &Arc<Table>) {
    (&table.name, table)
}

impl<'a> IntoIterator for &'a Tables {
    type Item = (&'a ObjectName, &'a Arc<Table>);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter().map(with_name)
    }
}

impl std::ops::Index<usize> for Tables {
    type Output = Arc<Table>;

    fn index(&self, position: usize) -> &Arc<Table> {
        &self.list[position]
    }
}

#[cfg(test)]
mod tests {
    use super::Tables;
    use crate::{Column, ColumnType, ObjectName, Table};
    use std::sync::Arc;

    fn tables(names: &[&str]) -> Tables {
        names.iter().map(|name| Table::new(ObjectName::new(*name))).collect()
    }

    fn names(tables: &Tables) -> Vec<String> {
        tables.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn order_is_that_of_making() {
        let mut found = tables(&["c", "a", "b"]);
        found.insert(Arc::new(Table::new("a".into())));
        assert_eq!(names(&found), ["c", "a", "b"]);
        assert!(found.shift_remove(&"c".into()).is_some());
        found.insert_at(1, Arc::new(Table::new("d".into())));
        assert_eq!(names(&found), ["a", "d", "b"]);
        for (position, name) in ["a", "d", "b"].into_iter().enumerate() {
            assert_eq!(found.get_index_of(&name.into()), Some(position));
        }
        found.retain(|table| table.name.name != "d");
        assert_eq!((names(&found), found.get(&"d".into())), (vec!["a".to_owned(), "b".to_owned()], None));
    }

    #[test]
    fn copies_differ_from_the_first_change_on() {
        let before = tables(&["a", "b", "c"]);
        let mut after = before.clone();
        let unshared =
            |after: &Tables| before.unshared(after).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(unshared(&after).is_empty() && before == after);
        let changed = Arc::make_mut(after.get_mut(&"b".into()).unwrap());
        changed.columns.push(Column::new("x", ColumnType::unknown("a test")));
        assert_eq!((unshared(&after), before == after), (vec!["b".to_owned()], false));
        after.shift_remove(&"a".into());
        after.insert(Arc::new(Table::new("d".into())));
        assert_eq!(unshared(&after), ["a", "b", "d"]);
        assert_eq!(names(&before), ["a", "b", "c"]);
    }

    #[test]
    fn equality_does_not_ask_for_order() {
        assert_eq!(tables(&["a", "b"]), tables(&["b", "a"]));
        assert_ne!(tables(&["a", "b"]), tables(&["a", "c"]));
    }
}
