//! Joins the flat answers into a schema.

use std::collections::{BTreeMap, HashMap, HashSet};

use trueup_schema::{Dialect, Schema, Table, View};

use super::catalog::{Catalog, Oid, class};
use super::columns::SequenceOwners;
use super::indexes::storage;
use super::objects::policy;
use super::rows::{IndexRow, RelationRow};

/// Returns the schema that a catalog describes, objects in order of creation.
pub(super) fn schema(catalog: &Catalog) -> Schema {
    let mut schema = Schema::new(Dialect::Postgresql);
    let namespaces = catalog.selected.iter().filter(|oid| !catalog.is_member(class::NAMESPACE, **oid));
    let namespaces = namespaces.filter_map(|oid| catalog.namespaces.get(oid));
    schema.namespaces = namespaces.filter(|name| **name != catalog.default_namespace).cloned().collect();
    let owners = catalog.sequence_owners();
    schema.extensions.extend(catalog.extensions().into_iter().map(|row| (row.name.clone(), row)));
    schema.enums.extend(catalog.enums().into_iter().map(|row| (row.name.clone(), row)));
    schema.domains.extend(catalog.domains().into_iter().map(|row| (row.name.clone(), row)));
    let sequences = catalog.standalone_sequences(&owners).into_iter();
    schema.sequences.extend(sequences.map(|row| (row.name.clone(), row)));
    let (tables, views) = relations(catalog, &owners);
    for table in tables.into_values() {
        schema.insert_table(table);
    }
    bring_bounds_to_normal_form(&mut schema);
    schema.views.extend(views.into_values().map(|view| (view.name.clone(), view)));
    for row in catalog.functions.iter().filter(|row| !catalog.is_member(class::PROC, row.oid)) {
        let function = catalog.function(row);
        schema.functions.insert(function.key(schema.dialect), function);
    }
    schema.unmodelled = catalog.unmodelled().into();
    schema
}

/// The types of the parents' key columns say what the values of bounds are.
fn bring_bounds_to_normal_form(schema: &mut Schema) {
    let bound = |table: &Table| {
        let (parent, bound) = table.partition_of.as_ref()?;
        let bound = schema.table(parent)?.canonical_bound(schema.dialect, bound);
        Some((table.name.clone(), (parent.clone(), bound)))
    };
    let bounds: Vec<_> = schema.tables.values().filter_map(|table| bound(table)).collect();
    for (name, partition_of) in bounds {
        if let Some(table) = schema.table_mut(&name) {
            table.partition_of = Some(partition_of);
        }
    }
}

fn relations(catalog: &Catalog, owners: &SequenceOwners) -> (BTreeMap<Oid, Table>, BTreeMap<Oid, View>) {
    let own = || catalog.relations.values().filter(|row| catalog.is_own(row));
    let tables = own().filter(|row| matches!(row.kind.as_str(), "r" | "p"));
    let mut tables: BTreeMap<Oid, Table> = tables.map(|row| (row.oid, table(catalog, row, owners))).collect();
    let views = own().filter(|row| matches!(row.kind.as_str(), "v" | "m"));
    let mut views: BTreeMap<Oid, View> = views.map(|row| (row.oid, catalog.view(row))).collect();
    add_constraints_and_indexes(catalog, &mut tables, &mut views);
    for row in catalog.triggers.iter().filter(|row| !catalog.is_member(class::TRIGGER, row.oid)) {
        if let Some(table) = tables.get_mut(&row.relation) {
            table.triggers.push(catalog.trigger(row));
        } else if let Some(view) = views.get_mut(&row.relation) {
            view.triggers.push(catalog.trigger(row));
        }
    }
    for row in &catalog.policies {
        if let Some(table) = tables.get_mut(&row.relation) {
            table.policies.push(policy(row));
        }
    }
    (tables, views)
}

fn add_constraints_and_indexes(
    catalog: &Catalog,
    tables: &mut BTreeMap<Oid, Table>,
    views: &mut BTreeMap<Oid, View>,
) {
    let indexes: HashMap<Oid, &IndexRow> = catalog.indexes.iter().map(|row| (row.oid, row)).collect();
    // A foreign key's `conindid` is the index it relies on, which lives on with or without it.
    let owning = catalog.constraints.iter().filter(|row| matches!(row.kind.as_str(), "p" | "u" | "x"));
    let owned: HashSet<Oid> = owning.map(|row| row.index).collect();
    for row in &catalog.constraints {
        if let Some(table) = tables.get_mut(&row.relation) {
            catalog.add_constraint(table, row, indexes.get(&row.index).copied());
        }
    }
    for row in &catalog.indexes {
        if owned.contains(&row.oid) {
            continue;
        }
        if let Some(table) = tables.get_mut(&row.relation) {
            table.indexes.extend(catalog.index(row));
        } else if let Some(view) = views.get_mut(&row.relation) {
            view.indexes.extend(catalog.index(row));
        }
    }
}

/// Returns a table without constraints, indexes, triggers and policies.
fn table(catalog: &Catalog, row: &RelationRow, owners: &SequenceOwners) -> Table {
    let mut parents =
        catalog.parents.get(&row.oid).into_iter().flatten().map(|oid| catalog.relation_name(*oid));
    let bound = row.partition_bound.clone().filter(|_| row.is_partition);
    let partition_of = bound.and_then(|bound| Some((parents.next()?, bound)));
    Table {
        columns: catalog.columns_of(row.oid, owners),
        row_security: row.row_security,
        force_row_security: row.force_row_security,
        comment: catalog.comment(class::CLASS, row.oid, 0),
        partitioning: catalog.partitioned.get(&row.oid).map(|key| catalog.partitioning(key)),
        inherits: parents.collect(),
        partition_of,
        unlogged: row.persistence == "u",
        storage: storage(&row.storage),
        grants: catalog.grants(row.oid),
        ..Table::new(catalog.object_name(row.namespace, &row.name))
    }
}
