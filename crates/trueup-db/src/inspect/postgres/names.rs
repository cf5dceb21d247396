//! Turns oids and column numbers into names.

use trueup_schema::ObjectName;

use super::catalog::{Catalog, Oid};

impl Catalog {
    /// Returns a name; objects of the session's default namespace carry none.
    pub(super) fn object_name(&self, namespace: Oid, name: &str) -> ObjectName {
        let namespace = self.namespaces.get(&namespace).filter(|name| **name != self.default_namespace);
        ObjectName { namespace: namespace.cloned(), name: name.to_owned() }
    }

    /// Returns a relation's name. One that was not read can only have been dropped since, or be a system catalog.
    pub(super) fn relation_name(&self, relation: Oid) -> ObjectName {
        match self.relations.get(&relation) {
            Some(row) => self.object_name(row.namespace, &row.name),
            None => ObjectName::new(format!("(relation {relation})")),
        }
    }

    /// Returns the name of a column.
    pub(super) fn column_name(&self, relation: Oid, number: i16) -> Option<String> {
        let columns = self.columns.get(&relation)?;
        columns.iter().find(|column| column.number == number).map(|column| column.name.clone())
    }

    /// Returns the names of columns in the given order.
    pub(super) fn column_names(&self, relation: Oid, numbers: &[i16]) -> Vec<String> {
        numbers.iter().filter_map(|number| self.column_name(relation, *number)).collect()
    }
}
