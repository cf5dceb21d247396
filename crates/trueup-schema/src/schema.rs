//! Everything that is compared: all objects of one database that belong to the project.

use indexmap::IndexMap;
use std::sync::Arc;

mod dump;
mod equivalent;
mod relations;
mod tables;

pub use dump::dump;
pub use relations::Relation;
pub use tables::Tables;

use crate::{
    Dialect, Domain, EnumType, Extension, Function, ObjectName, Sequence, Shared, Table, Unmodelled, View,
};

/// A schema: everything compared. (A PostgreSQL schema is a *namespace* here.)
///
/// Maps keep the order in which objects were created. They are shared, and so are the tables in them: a copy of a schema
/// is cheap, and [`Schema::table_mut`] copies only the table that changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The database kind that all canonical forms inside belong to.
    pub dialect: Dialect,
    /// Namespaces beside the default one.
    pub namespaces: Vec<String>,
    /// Extensions by name.
    pub extensions: Shared<IndexMap<String, Extension>>,
    /// Enum types.
    pub enums: Shared<IndexMap<ObjectName, EnumType>>,
    /// Domains.
    pub domains: Shared<IndexMap<ObjectName, Domain>>,
    /// Sequences that stand alone.
    pub sequences: Shared<IndexMap<ObjectName, Sequence>>,
    /// Tables.
    pub tables: Tables,
    /// Views and materialized views.
    pub views: Shared<IndexMap<ObjectName, View>>,
    /// Functions; the key is the name with its canonical argument types, `public.f(integer, text)`.
    pub functions: Shared<IndexMap<String, Function>>,
    /// Objects that were seen but are not modelled, sorted.
    pub unmodelled: Shared<Vec<Unmodelled>>,
    relations: relations::RelationLookup,
}

impl Schema {
    /// Returns an empty schema.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            namespaces: Vec::new(),
            extensions: Shared::default(),
            enums: Shared::default(),
            domains: Shared::default(),
            sequences: Shared::default(),
            tables: Tables::default(),
            views: Shared::default(),
            functions: Shared::default(),
            unmodelled: Shared::default(),
            relations: relations::RelationLookup::default(),
        }
    }

    /// Tells whether a namespace exists; the default one and the server's own always do.
    pub fn has_namespace(&self, name: &str) -> bool {
        name == self.dialect.default_namespace()
            || name == "information_schema"
            || name.starts_with("pg_")
            || self.namespaces.iter().any(|namespace| namespace == name)
    }

    /// Returns the table of that name.
    pub fn table(&self, name: &ObjectName) -> Option<&Table> {
        self.tables.get(name).map(Arc::as_ref)
    }

    /// Returns the table of that name for changing; copies it if another schema shares it.
    pub fn table_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        self.tables.get_mut(name).map(Arc::make_mut)
    }

    /// Forgets what is not modelled and goes with an object: comments, privileges, rules.
    pub(crate) fn forget_attached(&mut self, owner: &str) {
        let is_attached = |object: &crate::Unmodelled| object.recipe.owner.as_deref() == Some(owner);
        if self.unmodelled.iter().any(is_attached) {
            self.unmodelled.retain(|object| !is_attached(object));
        }
    }

    /// Adds a table, replacing one of the same name.
    pub fn insert_table(&mut self, table: Table) {
        self.tables.insert(Arc::new(table));
    }

    /// Returns the operations that build the schema from nothing, in an order that works.
    pub fn to_operations(&self) -> Vec<crate::Operation> {
        crate::diff(&Self::new(self.dialect), self)
    }

    /// Returns the statements that build the schema from nothing; see [`Operation::supported`](crate::Operation).
    pub fn create_statements(&self) -> Vec<String> {
        self.to_operations().iter().flat_map(|operation| operation.to_sql(self.dialect)).collect()
    }

    /// Returns the table that carries an index, since `DROP INDEX` names only the index.
    pub fn table_of_index(&self, index: &ObjectName) -> Option<&Table> {
        self.owner_of_relation(index).filter(|table| table.index(&index.name).is_some())
    }
}
