//! Tables copied into another `MetaData` with `table.to_metadata(…)`: the recipe that compares several registries as one.

use std::collections::{BTreeSet, HashMap};

use trueup_python::Value;

use crate::models::Models;

/// Which tables are copies under the same name, and of which registries the targets hold copies.
pub(super) struct Copies {
    tables: Vec<Value>,
    taken_from: BTreeSet<usize>,
}

impl Copies {
    /// Looks through the tables of all registries, given the indexes of those that are compared.
    pub(super) fn of(models: &Models, targets: &[usize]) -> Self {
        let mut owners: HashMap<usize, usize> = HashMap::new();
        for (at, registry) in models.registries.iter().enumerate() {
            owners.extend(registry.tables.iter().filter_map(|table| Some((table.value.address()?, at))));
        }
        let mut found = Self { tables: Vec::new(), taken_from: BTreeSet::new() };
        for (at, registry) in models.registries.iter().enumerate() {
            for table in &registry.tables {
                let source = attribute(&table.value, "_copied_from");
                let owner = source.as_ref().and_then(|source| owners.get(&source.address()?));
                let (Some(source), Some(owner)) = (&source, owner) else { continue };
                let same = |name| text(source, name) == text(&table.value, name);
                if same("name") && same("schema") && *owner != at {
                    found.tables.push(table.value.clone());
                    if targets.contains(&at) {
                        found.taken_from.insert(*owner);
                    }
                }
            }
        }
        found
    }

    /// Tells whether a table is a copy of one that some registry has.
    pub(super) fn contains(&self, table: &Value) -> bool {
        self.tables.iter().any(|copy| copy.is(table))
    }

    /// Returns the registries whose tables are compared through their copies.
    pub(super) fn taken_from(&self) -> impl Iterator<Item = usize> + '_ {
        self.taken_from.iter().copied()
    }
}

fn attribute(table: &Value, name: &str) -> Option<Value> {
    table.as_instance()?.get(name)
}

fn text(table: &Value, name: &str) -> Option<std::rc::Rc<str>> {
    attribute(table, name)?.as_str()
}
