//! Tables become a schema: each is created on an empty one, as `create_all` would on an empty database.

use std::collections::{BTreeMap, HashSet};

use trueup_python::{Value, Vm};
use trueup_schema::ops::{
    AddConstraint, Constraint, CreateEnum, CreateIndex, CreateNamespace, CreateSequence, CreateTable,
};
use trueup_schema::{Dialect, EnumType, ForeignKey, Location, ObjectName, Operation, Schema, Table};

use crate::compile::{self, CompiledEnum, CompiledTable, origin};

/// The schema that models declare.
pub struct ModelSchema {
    /// The schema.
    pub schema: Schema,
    /// What could not be read or would be refused by the server.
    pub problems: Vec<ModelProblem>,
}

/// Something about the models that could not be read, or that a server would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelProblem {
    /// What, without a final period.
    pub message: String,
    /// Where.
    pub location: Option<Location>,
    /// The table it is about.
    pub table: Option<ObjectName>,
    /// The other table that lacks what a foreign key refers to.
    pub missing_in: Option<ObjectName>,
}

/// Returns the schema that tables of one or several `MetaData` objects declare.
pub fn schema_of(vm: &mut Vm, metadata: &[Value], tables: &[Value], dialect: Dialect) -> ModelSchema {
    let mut builder = Builder { schema: Schema::new(dialect), problems: Vec::new() };
    let mut compiled = Vec::with_capacity(tables.len());
    for value in tables {
        match compile::table(vm, value, dialect) {
            Ok(table) => compiled.push(table),
            Err(error) => {
                let place = error.place.or_else(|| compile::place_of(value));
                builder.problem(error.message, origin(place.as_ref()).location(), None);
            }
        }
    }
    builder.namespaces(&compiled);
    builder.types(vm, metadata, &compiled);
    builder.sequences(vm, metadata, &compiled);
    builder.tables(compiled);
    ModelSchema { schema: builder.schema, problems: builder.problems }
}

struct Builder {
    schema: Schema,
    problems: Vec<ModelProblem>,
}

impl Builder {
    fn problem(&mut self, message: String, location: Option<Location>, table: Option<ObjectName>) {
        self.add(ModelProblem { message, location, table, missing_in: None });
    }

    fn add(&mut self, problem: ModelProblem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn apply(&mut self, operation: impl Into<Operation>) -> Result<(), String> {
        operation.into().apply(&mut self.schema).map_err(|error| error.to_string())
    }

    fn namespaces(&mut self, tables: &[CompiledTable]) {
        let mut wanted: Vec<String> = Vec::new();
        for compiled in tables {
            let names = compiled.enums.iter().map(|found| &found.enum_type.name);
            let names = names.chain(compiled.sequences.iter().map(|sequence| &sequence.name));
            wanted.extend(names.chain([&compiled.table.name]).filter_map(|name| name.namespace.clone()));
        }
        for name in wanted {
            if !self.schema.has_namespace(&name) {
                // Models do not declare namespaces; a table in one says that it exists.
                let _ = self.apply(CreateNamespace { name, if_not_exists: true });
            }
        }
    }

    /// Creates the enum types of columns, and those that belong to a `MetaData` without any column.
    fn types(&mut self, vm: &mut Vm, metadata: &[Value], tables: &[CompiledTable]) {
        if !self.schema.dialect.has_enum_types() {
            return;
        }
        let mut found: Vec<CompiledEnum> =
            tables.iter().flat_map(|table| table.enums.iter().cloned()).collect();
        for value in metadata {
            for object in list_attribute(value, "_types") {
                match compile::enum_type(vm, &object, self.schema.dialect) {
                    Ok(compiled) => found.push(compiled),
                    Err(error) => {
                        let place = error.place.or_else(|| compile::place_of(&object));
                        self.problem(error.message, origin(place.as_ref()).location(), None);
                    }
                }
            }
        }
        for compiled in found {
            self.enum_type(compiled.enum_type);
        }
    }

    fn enum_type(&mut self, enum_type: EnumType) {
        if let Some(known) = self.schema.enums.get(&enum_type.name) {
            if known.labels != enum_type.labels {
                let message = format!(
                    "enum type `{}` is declared twice with different labels ({} and {})",
                    enum_type.name,
                    known.labels.join(", "),
                    enum_type.labels.join(", ")
                );
                self.problem(message, enum_type.origin.location(), None);
            }
            return;
        }
        let location = enum_type.origin.location();
        if let Err(message) = self.apply(CreateEnum { enum_type, if_not_exists: false }) {
            self.problem(message, location, None);
        }
    }

    fn sequences(&mut self, vm: &mut Vm, metadata: &[Value], tables: &[CompiledTable]) {
        if self.schema.dialect != Dialect::Postgresql {
            return;
        }
        let mut found: Vec<_> = tables.iter().flat_map(|table| table.sequences.iter().cloned()).collect();
        for value in metadata {
            let objects = value.as_instance().and_then(|instance| instance.get("_sequences")?.as_dict());
            for (_, object) in objects.map(|objects| objects.pairs()).unwrap_or_default() {
                match compile::sequence(vm, &object, self.schema.dialect) {
                    Ok(sequence) => found.push(sequence),
                    Err(error) => self.problem(error.message, origin(error.place.as_ref()).location(), None),
                }
            }
        }
        for sequence in found {
            let location = sequence.origin.location();
            if let Err(message) = self.apply(CreateSequence { sequence, if_not_exists: true }) {
                self.problem(message, location, None);
            }
        }
    }

    fn tables(&mut self, compiled: Vec<CompiledTable>) {
        let mut foreign_keys: Vec<(ObjectName, ForeignKey)> = Vec::new();
        // Later definitions of a name win, as the last import would; the duplicates are facts of their own.
        let mut latest: BTreeMap<ObjectName, usize> = BTreeMap::new();
        for (at, table) in compiled.iter().enumerate() {
            latest.insert(table.table.name.clone(), at);
        }
        let keep: HashSet<usize> = latest.into_values().collect();
        let mut ordered: Vec<CompiledTable> = compiled
            .into_iter()
            .enumerate()
            .filter_map(|(at, table)| keep.contains(&at).then_some(table))
            .collect();
        // Parents come before what inherits from them or is a part of them.
        ordered.sort_by_key(|compiled| {
            !compiled.table.inherits.is_empty() || compiled.table.partition_of.is_some()
        });
        for CompiledTable { mut table, problems, .. } in ordered {
            for (message, place) in problems {
                let location = origin(place.as_ref()).location().or_else(|| table.origin.location());
                self.problem(message, location, Some(table.name.clone()));
            }
            if !self.schema.dialect.is_sqlite() {
                let keys = std::mem::take(&mut table.foreign_keys);
                foreign_keys.extend(keys.into_iter().map(|key| (table.name.clone(), key)));
            }
            self.table(table);
        }
        for (table, key) in foreign_keys {
            self.foreign_key(&table, key);
        }
    }

    fn table(&mut self, table: Table) {
        let operation = CreateTable { table: table.clone(), if_not_exists: false };
        let Err(message) = self.apply(operation) else { return };
        self.problem(message, table.origin.location(), Some(table.name.clone()));
        self.in_parts(table);
    }

    /// Keeps as much of a table that the server would refuse as can be kept, so that one mistake hides nothing else.
    fn in_parts(&mut self, mut table: Table) {
        let constraints = table.constraints();
        let indexes = std::mem::take(&mut table.indexes);
        let name = table.name.clone();
        table.primary_key = None;
        table.uniques.clear();
        table.checks.clear();
        table.foreign_keys.clear();
        table.excludes.clear();
        let bare = CreateTable { table: table.clone(), if_not_exists: false };
        if self.apply(bare).is_err() {
            if self.schema.table(&name).is_some() {
                return;
            }
            let mut seen = HashSet::new();
            table.columns.retain(|column| seen.insert(column.name.clone()));
            self.schema.insert_table(table);
        }
        for constraint in constraints {
            let operation = AddConstraint { table: name.clone(), constraint, using_index: None };
            let _ = self.apply(operation);
        }
        for index in indexes {
            let operation =
                CreateIndex { table: name.clone(), index, if_not_exists: false, concurrently: false };
            let _ = self.apply(operation);
        }
    }

    /// Adds a foreign key; one to a table that is not there is kept as it is, for the rules to find.
    fn foreign_key(&mut self, table: &ObjectName, key: ForeignKey) {
        let location = key.origin.location();
        let operation = AddConstraint {
            table: table.clone(),
            constraint: Constraint::ForeignKey(key.clone()),
            using_index: None,
        };
        let Err(message) = self.apply(operation) else { return };
        let target_known = self.schema.table(&key.referenced_table).is_some();
        if target_known {
            let (table, missing_in) = (Some(table.clone()), Some(key.referenced_table.clone()));
            self.add(ModelProblem { message, location, table, missing_in });
        }
        if let Some(found) = self.schema.table_mut(table) {
            let mut key = key;
            if key.name.is_none() {
                key.name = Some(trueup_schema::naming::foreign_key(&table.name, &key.columns).first());
            }
            found.foreign_keys.push(key);
        }
    }
}

fn list_attribute(value: &Value, name: &str) -> Vec<Value> {
    value
        .as_instance()
        .and_then(|instance| instance.get(name))
        .and_then(|list| list.items())
        .unwrap_or_default()
}
