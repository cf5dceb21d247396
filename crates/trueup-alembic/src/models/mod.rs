//! Models: the tables that running a project's modules leaves in its `MetaData` objects.
//!
//! [`collect`] finds every `MetaData` with its tables and classes after modules were run; [`schema_of`] turns the tables
//! into a [`Schema`](trueup_schema::Schema) by *creating* them on an empty one, so that models and replayed revisions
//! meet in the same normal form, names that a server chooses included.

use std::collections::HashMap;

use trueup_python::{Place, Value, Vm};

mod build;

pub use build::{ModelProblem, ModelSchema, schema_of};

/// Every `MetaData` that was made.
pub struct Models {
    /// In the order in which they were made; those without tables are left out unless asked for.
    pub registries: Vec<Registry>,
}

/// A `MetaData` object.
pub struct Registry {
    /// The object.
    pub metadata: Value,
    /// A name for people: `app.db.base.Base.metadata`.
    pub label: String,
    /// Where the base class, or the object itself, is defined.
    pub place: Option<Place>,
    /// Its tables, definitions that were replaced by others of the same name included.
    pub tables: Vec<ModelTable>,
}

/// One definition of a table.
pub struct ModelTable {
    /// The `Table` object.
    pub value: Value,
    /// Whether a later definition of the same name replaced it.
    pub replaced: bool,
}

/// Runs modules from top to bottom and collects what they leave.
pub fn read_models(vm: &mut Vm, roots: &[String]) -> Models {
    for root in roots {
        vm.run_module(root);
    }
    collect(vm, &[])
}

/// Collects every `MetaData` that has tables, and those in `keep` although they have none.
pub fn collect(vm: &mut Vm, keep: &[Value]) -> Models {
    let known = match vm.module_attr("sqlalchemy.schema", "_ALL_METADATA") {
        Ok(value) => value.items().unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let labels = Labels::new(vm);
    let mut registries = Vec::new();
    for metadata in known {
        let tables = tables_of(&metadata);
        // What the second run of env.py makes was made by the first one, too.
        let is_repeated = metadata.as_instance().is_some_and(|instance| {
            instance.place.as_ref().is_some_and(|place| *place.source.module == *crate::env::OFFLINE_MODULE)
        });
        if (tables.is_empty() || is_repeated) && !keep.iter().any(|value| value.is(&metadata)) {
            continue;
        }
        let (label, place) = labels.of(&metadata);
        registries.push(Registry { metadata, label, place, tables });
    }
    Models { registries }
}

/// Returns the tables of a `MetaData` object, replaced ones first.
fn tables_of(metadata: &Value) -> Vec<ModelTable> {
    let Some(instance) = metadata.as_instance() else { return Vec::new() };
    let replaced = instance.get("_duplicates").and_then(|value| value.items()).unwrap_or_default();
    let current = instance.get("_tables").and_then(|value| value.as_dict()).map(|tables| tables.pairs());
    let current = current.unwrap_or_default().into_iter().map(|(_, value)| value);
    let replaced = replaced.into_iter().map(|value| ModelTable { value, replaced: true });
    replaced.chain(current.map(|value| ModelTable { value, replaced: false })).collect()
}

/// What people call the objects: the variables and classes of the project that hold them.
struct Labels {
    by_address: HashMap<usize, (u8, String, Option<Place>)>,
}

impl Labels {
    fn new(vm: &mut Vm) -> Self {
        let mut labels = Self { by_address: HashMap::new() };
        let names: Vec<_> = vm.loaded_modules().to_vec();
        for name in names {
            let Some(module) = vm.module(&name) else { continue };
            let library = module.source.is_library;
            let vars: Vec<(_, Value)> =
                module.vars.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            for (variable, value) in vars {
                labels.variable(&name, &variable, &value, library);
            }
        }
        labels
    }

    /// Notes what one variable of a module leads to; the first and most telling name wins.
    fn variable(&mut self, module: &str, variable: &str, value: &Value, library: bool) {
        let penalty = if library { 10 } else { 0 };
        match value {
            Value::Class(class) => {
                let metadata = class.namespace.borrow().get("metadata").cloned();
                if let Some(metadata) = metadata
                    && *class.module == *module
                {
                    let mapped = class.namespace.borrow().contains_key("__table__");
                    let place = class.place.clone().filter(|place| !place.source.is_library);
                    let label = format!("{module}.{}.metadata", class.name);
                    self.add(&metadata, penalty + if mapped { 5 } else { 0 }, label, place);
                }
            }
            Value::Instance(instance) if instance.class.derives_from("sqlalchemy.schema.MetaData") => {
                let place = instance.place.clone();
                let here = place.as_ref().is_some_and(|place| *place.source.module == *module);
                let rank = if here { 2 } else { 3 };
                self.add(value, penalty + rank, format!("{module}.{variable}"), place);
            }
            Value::Instance(instance) => {
                if let Some(metadata) = instance.get("metadata") {
                    let here = instance.place.as_ref().is_some_and(|place| *place.source.module == *module);
                    let rank = if here { 1 } else { 4 };
                    let label = format!("{module}.{variable}.metadata");
                    self.add(&metadata, penalty + rank, label, instance.place.clone());
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, metadata: &Value, rank: u8, label: String, place: Option<Place>) {
        let Some(address) = metadata.address() else { return };
        let better = self.by_address.get(&address).is_none_or(|(known, _, _)| rank < *known);
        if better {
            self.by_address.insert(address, (rank, label, place));
        }
    }

    fn of(&self, metadata: &Value) -> (String, Option<Place>) {
        let found = metadata.address().and_then(|address| self.by_address.get(&address));
        match found {
            Some((_, label, place)) => (label.clone(), place.clone()),
            None => {
                let place = metadata.as_instance().and_then(|instance| instance.place.clone());
                let label = match &place {
                    Some(place) => format!("{}.<MetaData>", place.source.module),
                    None => "<MetaData>".to_owned(),
                };
                (label, place)
            }
        }
    }
}
