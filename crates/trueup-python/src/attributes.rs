//! Attributes by name: what instances, classes, modules and running functions keep their values in.
//!
//! Nearly all of these maps are small and are asked far more often for names that they do not have (along the bases of a
//! class, outwards through the scopes) than for names that they do. So the entries are a plain list that is searched from
//! its beginning, in front of it is one word of bits that most often says at once that a name is not here, and only a
//! large map has an index. Measured against an `IndexMap` on models of 500 tables: benches/results.

use rustc_hash::FxHashMap;

use crate::ast::Name;
use crate::value::Value;

/// Number of entries up to which a map is searched without an index.
const UNINDEXED: usize = 12;

/// Attributes by name, in the order in which they were first set.
#[derive(Clone, Default)]
pub struct AttrMap {
    entries: Vec<(Name, Value)>,
    /// The union of [`bit`] over all names.
    present: u64,
    index: Option<Box<FxHashMap<Name, usize>>>,
}

/// One of 64 bits, chosen by what of a name costs nothing to look at.
fn bit(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let at = |position: usize| bytes.get(position).copied().map_or(0, usize::from);
    let mixed = bytes.len() + 5 * at(0) + 11 * at(bytes.len() / 2) + 23 * at(bytes.len().wrapping_sub(1));
    1 << (mixed & 63)
}

impl AttrMap {
    /// Returns the position of a name.
    fn position(&self, name: &str) -> Option<usize> {
        if self.present & bit(name) == 0 {
            return None;
        }
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.entries.iter().position(|(own, _)| **own == *name),
        }
    }

    /// Returns the value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.position(name).map(|at| &self.entries[at].1)
    }

    /// Returns the value of a name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.position(name).map(|at| &mut self.entries[at].1)
    }

    /// Tells whether a name has a value.
    pub fn contains_key(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// Sets the value of a name and returns the one before.
    pub fn insert(&mut self, name: Name, value: Value) -> Option<Value> {
        if let Some(slot) = self.get_mut(&name) {
            return Some(std::mem::replace(slot, value));
        }
        self.present |= bit(&name);
        if let Some(index) = &mut self.index {
            index.insert(name.clone(), self.entries.len());
        }
        self.entries.push((name, value));
        if self.index.is_none() && self.entries.len() > UNINDEXED {
            self.reindex();
        }
        None
    }

    /// Removes a name; the others keep their order.
    pub fn shift_remove(&mut self, name: &str) -> Option<Value> {
        let (_, value) = self.entries.remove(self.position(name)?);
        if self.index.is_some() {
            self.reindex();
        }
        Some(value)
    }

    fn reindex(&mut self) {
        let names = self.entries.iter().enumerate();
        self.index = Some(Box::new(names.map(|(at, (name, _))| (name.clone(), at)).collect()));
    }

    /// Returns the number of names.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Tells whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the names.
    pub fn keys(&self) -> impl Iterator<Item = &Name> {
        self.entries.iter().map(|(name, _)| name)
    }

    /// Returns the values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// Returns names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Value)> {
        self.entries.iter().map(|(name, value)| (name, value))
    }
}

impl IntoIterator for AttrMap {
    type Item = (Name, Value);
    type IntoIter = std::vec::IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(map: &AttrMap, name: &str) -> Option<i128> {
        map.get(name).and_then(Value::as_int)
    }

    #[test]
    fn small_and_large_maps_answer_alike() {
        let mut map = AttrMap::default();
        for size in 0..3 * UNINDEXED {
            let name = format!("name_{size}");
            assert!(!map.contains_key(&name));
            map.insert(Name::from(name.as_str()), Value::Int(size as i128));
            assert_eq!(map.len(), size + 1);
            for known in 0..=size {
                assert_eq!(number(&map, &format!("name_{known}")), Some(known as i128));
            }
            assert!(!map.contains_key("another") && !map.contains_key(""));
        }
    }

    #[test]
    fn order_is_that_of_the_first_setting() {
        let mut map = AttrMap::default();
        for round in 0..2 {
            for at in 0..2 * UNINDEXED {
                map.insert(Name::from(format!("n{at}")), Value::Int(round));
            }
        }
        assert!(map.shift_remove("n1").is_some() && map.shift_remove("n1").is_none());
        let names: Vec<_> = map.keys().take(3).map(ToString::to_string).collect();
        assert_eq!(names, ["n0", "n2", "n3"]);
        assert_eq!((number(&map, "n3"), number(&map, "n1")), (Some(1), None));
    }
}
