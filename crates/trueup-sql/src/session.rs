//! What a connection remembers between statements: the search path and temporary tables.

use std::collections::BTreeSet;

use trueup_schema::{Dialect, ObjectName, Schema};

/// What a connection remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// Namespaces in which unqualified names are looked up, as `SET search_path` gave them; empty is the default.
    pub search_path: Vec<String>,
    /// The search path to come back to, after `SET LOCAL search_path`.
    pub path_after_transaction: Option<Vec<String>>,
    /// Temporary tables and views: statements on them leave the schema alone.
    pub temporary: BTreeSet<String>,
    /// Partitioned tables that got a key or index by `ALTER TABLE ONLY` or `CREATE INDEX … ON ONLY`, as dumps do:
    /// each partition then gets its own by a statement of its own.
    pub only: BTreeSet<ObjectName>,
}

impl Session {
    /// Returns the name of an object that is created: unqualified ones go to the first namespace of the path.
    pub(crate) fn created(&self, dialect: Dialect, parts: &[String]) -> ObjectName {
        match parts {
            [.., namespace, name] => ObjectName::qualified(dialect, Some(namespace), stored(dialect, name)),
            [name] => ObjectName::qualified(dialect, self.first(), stored(dialect, name)),
            [] => ObjectName::new(""),
        }
    }

    /// Returns the name of an object that should exist: the first namespace of the path that has it.
    pub(crate) fn existing(
        &self,
        dialect: Dialect,
        parts: &[String],
        exists: impl Fn(&ObjectName) -> bool,
    ) -> ObjectName {
        let created = self.created(dialect, parts);
        let [name] = parts else { return created };
        let candidates = self
            .namespaces()
            .map(|namespace| ObjectName::qualified(dialect, Some(namespace), stored(dialect, name)));
        candidates.into_iter().find(|candidate| exists(candidate)).unwrap_or(created)
    }

    fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.search_path
            .iter()
            .map(String::as_str)
            .filter(|namespace| !matches!(*namespace, "$user" | "pg_catalog" | "pg_temp"))
    }

    fn first(&self) -> Option<&str> {
        self.namespaces().next()
    }
}

/// Returns a name as the server stores it.
pub(crate) fn stored(dialect: Dialect, name: &str) -> &str {
    match dialect.max_identifier_bytes() {
        Some(_) => trueup_schema::naming::stored_identifier(name),
        None => name,
    }
}

/// Tells whether anything in the namespace of tables has that name.
pub(crate) fn is_relation(schema: &Schema, name: &ObjectName) -> bool {
    schema.tables.contains_key(name)
        || schema.views.contains_key(name)
        || schema.sequences.contains_key(name)
        || schema.table_of_index(name).is_some()
}
