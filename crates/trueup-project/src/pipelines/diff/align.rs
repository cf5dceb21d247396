//! Takes out of two sources what belongs to no side, and what one of them does not tell.

use std::sync::Arc;

use trueup_alembic::{FilterObject, ProjectReading};
use trueup_lint::glob;
use trueup_schema::facts::IncompleteFacts;
use trueup_schema::{ObjectName, Schema, Table};

use crate::config::Configuration;
use crate::pipelines::check::RUNNERS_TABLES;
use crate::pipelines::source::{More, Source};

/// Makes two sources comparable; returns what is worth telling.
pub(super) fn align(configuration: &Configuration, from: &mut Source, to: &mut Source) -> Vec<String> {
    let mut notes = Vec::new();
    let left_out: Vec<ObjectName> = from.partial.iter().chain(&to.partial).cloned().collect();
    let bookkeeping: Vec<ObjectName> = from.version_table.iter().chain(&to.version_table).cloned().collect();
    let external = |name: &ObjectName| {
        let patterns = &configuration.settings.external_tables;
        patterns.iter().any(|pattern| glob::matches(pattern, &name.to_string()))
    };
    let (mut others, mut runners) = (0, Vec::new());
    let names: Vec<ObjectName> = from.schema.tables.keys().chain(to.schema.tables.keys()).cloned().collect();
    for name in names {
        let is_in_both = from.schema.tables.contains_key(&name) && to.schema.tables.contains_key(&name);
        let is_runners = !is_in_both && RUNNERS_TABLES.contains(&name.name.as_str());
        if is_runners && !bookkeeping.contains(&name) {
            runners.push(name.to_string());
        }
        others += usize::from(external(&name));
        if external(&name) || is_runners || left_out.contains(&name) || bookkeeping.contains(&name) {
            remove(from, &name);
            remove(to, &name);
        }
    }
    if !runners.is_empty() {
        runners.dedup();
        notes
            .push(format!("not compared, since a runner of migrations keeps it: `{}`", runners.join("`, `")));
    }
    if others > 0 {
        notes.push("tables that `external-tables` names are not compared".to_owned());
    }
    match (&from.more, &to.more) {
        (More::Models(models), More::Nothing | More::Stored(_)) => {
            settle(models.as_ref(), &mut from.schema, &mut to.schema);
            if let Some(kept) = &mut to.kept {
                settle(models.as_ref(), &mut from.schema.clone(), kept);
            }
        }
        (More::Nothing | More::Stored(_), More::Models(models)) => {
            settle(models.as_ref(), &mut to.schema, &mut from.schema);
            if let Some(kept) = &mut from.kept {
                settle(models.as_ref(), &mut to.schema.clone(), kept);
            }
        }
        _ => {}
    }
    notes
}

fn remove(source: &mut Source, name: &ObjectName) {
    for schema in [Some(&mut source.schema), source.kept.as_mut()].into_iter().flatten() {
        schema.tables.shift_remove(name);
        let is_owned =
            |owner: &Option<(ObjectName, String)>| owner.as_ref().is_some_and(|(table, _)| table == name);
        let owned: Vec<ObjectName> = schema
            .sequences
            .values()
            .filter(|sequence| is_owned(&sequence.owned_by))
            .map(|sequence| sequence.name.clone())
            .collect();
        for sequence in owned {
            schema.sequences.shift_remove(&sequence);
        }
    }
}

/// Gives models what no model declares and takes from both what the project's own filters leave out.
fn settle(
    (reading, incomplete): &(ProjectReading, Vec<IncompleteFacts>),
    models: &mut Schema,
    other: &mut Schema,
) {
    leave_out(reading, models, other);
    // As in `check`: views, functions, triggers and the like are no business of models.
    for name in &other.namespaces {
        if !models.namespaces.contains(name) {
            models.namespaces.push(name.clone());
        }
    }
    for (name, extension) in &other.extensions {
        models.extensions.entry(name.clone()).or_insert_with(|| extension.clone());
    }
    for (name, domain) in &other.domains {
        models.domains.entry(name.clone()).or_insert_with(|| domain.clone());
    }
    for (name, view) in &other.views {
        models.views.entry(name.clone()).or_insert_with(|| view.clone());
    }
    for (name, function) in &other.functions {
        models.functions.entry(name.clone()).or_insert_with(|| function.clone());
    }
    models.unmodelled.clone_from(&other.unmodelled);
    let names: Vec<ObjectName> = models.tables.keys().cloned().collect();
    for name in names {
        let Some(twin) = other.tables.get(&name).cloned() else { continue };
        let is_incomplete = incomplete.iter().any(|known| known.table == name);
        if let Some(table) = models.table_mut(&name) {
            complete(table, &twin, is_incomplete);
        }
    }
}

fn complete(table: &mut Table, twin: &Arc<Table>, is_incomplete: bool) {
    for trigger in &twin.triggers {
        if !table.triggers.iter().any(|own| own.name == trigger.name) {
            table.triggers.push(trigger.clone());
        }
    }
    for policy in &twin.policies {
        if !table.policies.iter().any(|own| own.name == policy.name) {
            table.policies.push(policy.clone());
        }
    }
    table.row_security = twin.row_security;
    table.force_row_security = twin.force_row_security;
    if table.grants.is_empty() {
        table.grants.clone_from(&twin.grants);
    }
    if !is_incomplete {
        return;
    }
    // What a base class that is not known may have is not known to be missing.
    for column in &twin.columns {
        if table.column(&column.name).is_none() {
            table.columns.push(column.clone());
        }
    }
    if table.primary_key.is_none() {
        table.primary_key.clone_from(&twin.primary_key);
    }
    for key in &twin.foreign_keys {
        if !table.foreign_keys.iter().any(|own| own.columns == key.columns) {
            table.foreign_keys.push(key.clone());
        }
    }
    for unique in &twin.uniques {
        if !table.uniques.iter().any(|own| own.columns == unique.columns) {
            table.uniques.push(unique.clone());
        }
    }
    for index in &twin.indexes {
        if table.index(&index.name).is_none() {
            table.indexes.push(index.clone());
        }
    }
}

/// Takes out what `include_object` and `include_name` leave out; what they cannot tell is compared.
fn leave_out(reading: &ProjectReading, models: &mut Schema, other: &mut Schema) {
    let includes =
        |kind: &str, name: &str, of: &ObjectName, is_table: bool, reflected: bool, in_both: bool| {
            let object = FilterObject {
                kind,
                name,
                namespace: of.namespace.as_deref(),
                table: (!is_table).then_some(of.name.as_str()),
                reflected,
                has_counterpart: in_both,
            };
            reading.includes(&object) != Some(false)
        };
    let names: Vec<ObjectName> = models.tables.keys().chain(other.tables.keys()).cloned().collect();
    for name in names {
        let in_models = models.tables.contains_key(&name);
        let in_both = in_models && other.tables.contains_key(&name);
        if !includes("table", &name.name, &name, true, !in_models, in_both) {
            models.tables.shift_remove(&name);
            other.tables.shift_remove(&name);
            continue;
        }
        let (Some(own), Some(twin)) = (models.table(&name).cloned(), other.table(&name).cloned()) else {
            continue;
        };
        let gone = |column: &str| {
            let here = own.column(column).is_some();
            !includes("column", column, &name, false, !here, here && twin.column(column).is_some())
        };
        let columns: Vec<&str> = own
            .columns
            .iter()
            .chain(&twin.columns)
            .map(|column| column.name.as_str())
            .filter(|column| gone(column))
            .collect();
        let hidden = |index: &str| {
            let here = own.index(index).is_some();
            !includes("index", index, &name, false, !here, here && twin.index(index).is_some())
        };
        let indexes: Vec<&str> = own
            .indexes
            .iter()
            .chain(&twin.indexes)
            .map(|index| index.name.as_str())
            .filter(|index| hidden(index))
            .collect();
        if columns.is_empty() && indexes.is_empty() {
            continue;
        }
        for schema in [&mut *models, &mut *other] {
            if let Some(table) = schema.table_mut(&name) {
                table.columns.retain(|column| !columns.contains(&column.name.as_str()));
                table.indexes.retain(|index| !indexes.contains(&index.name.as_str()));
            }
        }
    }
}
