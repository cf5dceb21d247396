//! The schema after the revision: what is there, with everything taken over from the models in which they differ.
//!
//! Not simply the models' schema: that knows no views, triggers or policies, names some things differently that mean
//! the same, and lacks what other people's tables are for. Only what `check` would report is taken over.

use trueup_schema::diff::{Difference, DifferenceKind};
use trueup_schema::ops::{Constraint, DropColumn, DropTable};
use trueup_schema::{
    ApplyError, Column, ColumnType, ObjectKind, ObjectName, ObjectRef, Operation, Schema, Severity, Table,
    TypeKind,
};

use crate::pipelines::check::compared::Compared;

/// How often differences are taken over: constraints show only once their columns are there.
const ROUNDS: usize = 8;

/// What the revision leads to.
pub(super) struct Adopted {
    /// The schema.
    pub(super) schema: Schema,
    /// What the reader must know.
    pub(super) notes: Vec<String>,
}

/// Returns the schema that has everything that the models declare.
///
/// # Errors
/// In one sentence, when something that goes is held by something that stays, or when a type is not known.
pub(super) fn adopt(compared: &Compared<'_>, before: &Schema) -> Result<Adopted, String> {
    let mut adoption = Adoption {
        models: &compared.models,
        before,
        schema: before.clone(),
        refused: None,
        notes: Vec::new(),
    };
    for _ in 0..ROUNDS {
        let differences = compared.differences(&adoption.schema);
        let last = adoption.schema.clone();
        adoption.refused = None;
        adoption.release(&differences);
        for difference in &differences {
            adoption.take(difference);
        }
        adoption.drop_types();
        if adoption.schema == last {
            break;
        }
    }
    if let Some(error) = adoption.refused {
        return Err(error.to_string());
    }
    let unknown = compared.differences(&adoption.schema).into_iter().find_map(unknown_type);
    if let Some((what, reason)) = unknown {
        adoption.note(format!("the type of {what} is not compared: {reason}"));
    }
    adoption.notes.sort();
    adoption.notes.dedup();
    Ok(Adopted { schema: adoption.schema, notes: adoption.notes })
}

fn unknown_type(difference: Difference) -> Option<(String, String)> {
    let DifferenceKind::Unknown { reason, .. } = difference.kind else { return None };
    let table = difference.object.table.map(|table| format!("{table}.")).unwrap_or_default();
    Some((format!("`{table}{}`", difference.object.name), reason))
}

/// Tells whether a difference is one that a revision should mend.
pub(super) fn counts(difference: &Difference) -> bool {
    difference.severity == Severity::Error && !matches!(difference.kind, DifferenceKind::Unknown { .. })
}

struct Adoption<'a> {
    models: &'a Schema,
    before: &'a Schema,
    schema: Schema,
    refused: Option<ApplyError>,
    notes: Vec<String>,
}

impl Adoption<'_> {
    fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    /// Lets go of the foreign keys between tables that all go, which would hold each other.
    fn release(&mut self, differences: &[Difference]) {
        let going: Vec<ObjectName> = differences
            .iter()
            .filter(|difference| counts(difference) && difference.kind == DifferenceKind::Added)
            .filter(|difference| difference.object.kind == ObjectKind::Table)
            .filter_map(|difference| table_name(&self.schema, &difference.object.name))
            .filter(|name| !self.is_part_of_another(name))
            .collect();
        for name in going {
            if let Some(table) = self.schema.table_mut(&name) {
                table.foreign_keys.clear();
            }
        }
    }

    fn take(&mut self, difference: &Difference) {
        if !counts(difference) {
            return;
        }
        let object = &difference.object;
        match object.kind {
            ObjectKind::Table => self.table(object, &difference.kind),
            ObjectKind::Column => self.column(object, &difference.kind),
            ObjectKind::Index => self.index(object, &difference.kind),
            ObjectKind::PrimaryKey
            | ObjectKind::ForeignKey
            | ObjectKind::Unique
            | ObjectKind::Check
            | ObjectKind::Exclude => self.constraint(object, &difference.kind),
            ObjectKind::Enum => self.enum_type(object, &difference.kind),
            ObjectKind::Sequence => self.sequence(object, &difference.kind),
            _ => {}
        }
    }

    /// Tells whether a table is a partition or a child, which models do not declare.
    fn is_part_of_another(&self, name: &ObjectName) -> bool {
        self.before.table(name).is_some_and(|table| {
            let parents = table.partition_of.iter().map(|(parent, _)| parent).chain(&table.inherits);
            parents.into_iter().any(|parent| self.models.table(parent).is_some())
        })
    }

    fn namespace(&mut self, name: &ObjectName) {
        if let Some(namespace) = &name.namespace
            && !self.schema.has_namespace(namespace)
        {
            self.schema.namespaces.push(namespace.clone());
        }
    }

    fn table(&mut self, object: &ObjectRef, kind: &DifferenceKind) {
        match kind {
            DifferenceKind::Removed => {
                let Some(name) = table_name(self.models, &object.name) else { return };
                let Some(table) = self.models.table(&name).cloned() else { return };
                self.namespace(&name);
                self.schema.insert_table(table);
            }
            DifferenceKind::Added => {
                let Some(table) = table_name(&self.schema, &object.name) else { return };
                if self.is_part_of_another(&table) {
                    self.note(format!("`{table}` is a part of another table and left alone"));
                    return;
                }
                self.apply(DropTable { table, if_exists: false, cascade: false });
            }
            DifferenceKind::Changed { property, .. } => {
                let Some(name) = table_name(self.models, &object.name) else { return };
                let Some(model) = self.models.table(&name) else { return };
                let Some(table) = self.schema.table_mut(&name) else { return };
                table_property(table, model, property);
            }
            DifferenceKind::Unknown { .. } => {}
        }
    }

    fn apply(&mut self, operation: impl Into<Operation>) {
        if let Err(error) = operation.into().apply(&mut self.schema) {
            self.refused.get_or_insert(error);
        }
    }

    /// Returns the table of an object on both sides.
    fn owner(&self, object: &ObjectRef) -> Option<(ObjectName, Table)> {
        let shown = object.table.as_deref()?;
        let name = table_name(self.models, shown)?;
        let model = self.models.table(&name)?.clone();
        Some((name, model))
    }

    fn column(&mut self, object: &ObjectRef, kind: &DifferenceKind) {
        let Some((name, model)) = self.owner(object) else { return };
        let wanted = model.column(&object.name).cloned();
        match (kind, wanted) {
            (DifferenceKind::Removed, Some(column)) => {
                if let Some(table) = self.schema.table_mut(&name) {
                    table.columns.push(column);
                }
            }
            (DifferenceKind::Added, _) => {
                let cascade = !self.schema.dialect.enforces_types();
                let column = object.name.clone();
                self.apply(DropColumn { table: name, column, if_exists: false, cascade });
            }
            (DifferenceKind::Changed { property, .. }, Some(wanted)) => {
                let found = self.schema.table_mut(&name).and_then(|table| table.column_mut(&object.name));
                if let Some(column) = found {
                    column_property(column, &wanted, property);
                }
            }
            _ => {}
        }
    }

    fn index(&mut self, object: &ObjectRef, kind: &DifferenceKind) {
        let Some((name, model)) = self.owner(object) else { return };
        let wanted = model.index(&object.name).cloned();
        let Some(table) = self.schema.table_mut(&name) else { return };
        match (kind, wanted) {
            (DifferenceKind::Removed, Some(index)) => table.indexes.push(index),
            (DifferenceKind::Added, _) => table.indexes.retain(|index| index.name != object.name),
            (DifferenceKind::Changed { property, .. }, Some(wanted)) => {
                let by_name = table.indexes.iter().position(|index| index.name == wanted.name);
                let at =
                    by_name.or_else(|| table.indexes.iter().position(|index| index.parts == wanted.parts));
                match at {
                    Some(at) if *property == "comment" => table.indexes[at].comment = wanted.comment,
                    Some(at) => table.indexes[at] = wanted,
                    None => table.indexes.push(wanted),
                }
            }
            _ => {}
        }
    }

    fn constraint(&mut self, object: &ObjectRef, kind: &DifferenceKind) {
        let Some((name, model)) = self.owner(object) else { return };
        let is_it = |constraint: &Constraint| {
            constraint.kind().object_kind() == object.kind && shown_name(constraint) == object.name
        };
        let wanted = model.constraints().into_iter().find(is_it);
        let names = self.schema.dialect.names_constraints();
        let Some(table) = self.schema.table_mut(&name) else { return };
        match (kind, wanted) {
            (DifferenceKind::Removed, Some(wanted)) => add(table, wanted, names),
            (DifferenceKind::Added, _) => {
                if let Some(found) = table.constraints().into_iter().find(is_it) {
                    remove(table, &found);
                }
            }
            (DifferenceKind::Changed { .. }, Some(mut wanted)) => {
                let old = table.constraints().into_iter().find(|old| {
                    old.kind() == wanted.kind()
                        && (matches!(old, Constraint::PrimaryKey(_))
                            || (old.name().is_some() && old.name() == wanted.name()))
                });
                let like = |old: &Constraint| {
                    old.kind() == wanted.kind()
                        && !old.columns().is_empty()
                        && old.columns() == wanted.columns()
                };
                let old = old.or_else(|| table.constraints().into_iter().find(like));
                if let Some(old) = old {
                    if wanted.name().is_none() {
                        wanted.set_name(old.name().map(str::to_owned));
                    }
                    remove(table, &old);
                }
                add(table, wanted, names);
            }
            _ => {}
        }
    }

    fn enum_type(&mut self, object: &ObjectRef, kind: &DifferenceKind) {
        let find =
            |schema: &Schema| schema.enums.keys().find(|name| name.to_string() == object.name).cloned();
        if *kind == DifferenceKind::Added {
            // One that nothing uses any more goes by itself; any other is not the models' business.
            return;
        }
        let Some(name) = find(self.models) else { return };
        let Some(wanted) = self.models.enums.get(&name).cloned() else { return };
        self.namespace(&name);
        self.schema.enums.insert(name, wanted);
    }

    /// Drops the types that only what goes was using.
    fn drop_types(&mut self) {
        let superfluous: Vec<ObjectName> = self
            .schema
            .enums
            .keys()
            .filter(|name| !self.models.enums.contains_key(*name))
            .filter(|name| uses_type(self.before, name) && !uses_type(&self.schema, name))
            .cloned()
            .collect();
        for name in superfluous {
            self.schema.enums.shift_remove(&name);
        }
    }

    fn sequence(&mut self, object: &ObjectRef, kind: &DifferenceKind) {
        let find =
            |schema: &Schema| schema.sequences.keys().find(|name| name.to_string() == object.name).cloned();
        if *kind == DifferenceKind::Added {
            if let Some(name) = find(&self.schema) {
                self.schema.sequences.shift_remove(&name);
            }
            return;
        }
        let Some(name) = find(self.models) else { return };
        let Some(wanted) = self.models.sequences.get(&name).cloned() else { return };
        self.namespace(&name);
        self.schema.sequences.insert(name, wanted);
    }
}

/// Returns the table that differences call so.
fn table_name(schema: &Schema, shown: &str) -> Option<ObjectName> {
    schema.tables.keys().find(|name| name.to_string() == shown).cloned()
}

fn table_property(table: &mut Table, model: &Table, property: &str) {
    match property {
        "comment" => table.comment.clone_from(&model.comment),
        "storage parameters" => table.storage.clone_from(&model.storage),
        "unlogged" => table.unlogged = model.unlogged,
        "STRICT" => table.strict = model.strict,
        "WITHOUT ROWID" => table.without_rowid = model.without_rowid,
        "inheritance" => table.inherits.clone_from(&model.inherits),
        "partitioning" => table.partitioning.clone_from(&model.partitioning),
        _ => {}
    }
}

fn column_property(column: &mut Column, wanted: &Column, property: &str) {
    match property {
        "type" => {
            // A default is a value of its column's type: of another sort of type the old one may be none.
            if !takes_values_of(&wanted.column_type, &column.column_type) {
                column.default.clone_from(&wanted.default);
            }
            column.column_type.clone_from(&wanted.column_type);
        }
        "nullable" => column.nullable = wanted.nullable,
        "default" => column.default.clone_from(&wanted.default),
        "generated" => column.generated.clone_from(&wanted.generated),
        "collation" => column.collation.clone_from(&wanted.collation),
        "comment" => column.comment.clone_from(&wanted.comment),
        _ => {}
    }
}

/// Tells whether every default of the one type is one of the other.
fn takes_values_of(new: &ColumnType, old: &ColumnType) -> bool {
    let is_same = new.name == old.name && new.namespace == old.namespace;
    let is_alike = is_same || new.is_text() || (new.is_number() && old.is_number());
    is_alike && new.array == old.array
}

/// Adds a constraint; one without a name gets one where the server gives none, for Alembic adds none without.
fn add(table: &mut Table, mut constraint: Constraint, server_names: bool) {
    if constraint.name().is_none() && !server_names {
        let name = invented_name(table, &constraint);
        constraint.set_name(Some(name));
    }
    match constraint {
        Constraint::PrimaryKey(key) => table.primary_key = Some(key),
        Constraint::ForeignKey(key) => table.foreign_keys.push(key),
        Constraint::Unique(unique) => table.uniques.push(unique),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Exclude(exclude) => table.excludes.push(exclude),
    }
}

fn invented_name(table: &Table, constraint: &Constraint) -> String {
    let columns = constraint.columns().join("_");
    let owner = &table.name.name;
    let base = match constraint {
        Constraint::PrimaryKey(_) => format!("pk_{owner}"),
        Constraint::ForeignKey(key) => format!("fk_{owner}_{columns}_{}", key.referenced_table.name),
        Constraint::Unique(_) => format!("uq_{owner}_{columns}"),
        Constraint::Check(_) => format!("ck_{owner}"),
        Constraint::Exclude(_) => format!("ex_{owner}"),
    };
    let mut name = base.clone();
    let mut number = 1;
    while table.has_constraint(&name) {
        number += 1;
        name = format!("{base}_{number}");
    }
    name
}

fn remove(table: &mut Table, constraint: &Constraint) {
    match constraint {
        Constraint::PrimaryKey(_) => table.primary_key = None,
        Constraint::ForeignKey(key) => table.foreign_keys.retain(|other| other != key),
        Constraint::Unique(unique) => table.uniques.retain(|other| other != unique),
        Constraint::Check(check) => table.checks.retain(|other| other != check),
        Constraint::Exclude(exclude) => table.excludes.retain(|other| other != exclude),
    }
}

/// Returns what differences call a constraint.
fn shown_name(constraint: &Constraint) -> String {
    match (constraint.name(), constraint) {
        (Some(name), _) => name.to_owned(),
        (None, Constraint::Check(check)) => check.expr.canonical().to_owned(),
        (None, key) => format!("({})", key.columns().join(", ")),
    }
}

fn uses_type(schema: &Schema, name: &ObjectName) -> bool {
    let is_it = |column: &Column| {
        let found = &column.column_type;
        found.kind == TypeKind::UserDefined
            && found.name == name.name
            && ObjectName::qualified(schema.dialect, found.namespace.as_deref(), &*found.name) == *name
    };
    schema.tables.values().any(|table| table.columns.iter().any(is_it))
}
