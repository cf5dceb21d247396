//! `include_object` and `include_name`: the project's own functions, asked about one object.

use trueup_python::{Args, Value, Vm};

use super::EnvReading;

/// An object that the filters are asked about.
#[derive(Clone, Copy, Debug)]
pub struct FilterObject<'a> {
    /// `table`, `column`, `index`, `unique_constraint`, `foreign_key_constraint`.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Namespace of the table, `None` for the default one.
    pub namespace: Option<&'a str>,
    /// Table it belongs to; `None` for a table itself.
    pub table: Option<&'a str>,
    /// Whether it is in the database (or the revisions) rather than in the models.
    pub reflected: bool,
    /// Whether the other side has it too.
    pub has_counterpart: bool,
}

impl EnvReading {
    /// Tells whether the project's filters keep an object; `None` when that cannot be told.
    pub fn includes(&self, vm: &mut Vm, object: &FilterObject<'_>) -> Option<bool> {
        if object.reflected && !self.included_by_name(vm, object)? {
            return Some(false);
        }
        let Some(filter) = self.options.get("include_object") else { return Some(true) };
        let value = described(vm, object)?;
        let other = if object.has_counterpart { value.clone() } else { Value::None };
        let positional = vec![
            value,
            Value::str(object.name),
            Value::str(object.kind),
            Value::Bool(object.reflected),
            other,
        ];
        truth_of(vm, filter, positional)
    }

    /// Asks `include_name(name, type_, parent_names)`.
    fn included_by_name(&self, vm: &mut Vm, object: &FilterObject<'_>) -> Option<bool> {
        let Some(filter) = self.options.get("include_name") else { return Some(true) };
        let namespace = object.namespace.map_or(Value::None, Value::str);
        let table = object.table.unwrap_or(object.name);
        let qualified = match object.namespace {
            Some(namespace) => format!("{namespace}.{table}"),
            None => table.to_owned(),
        };
        let mut parents: Vec<(std::rc::Rc<str>, Value)> = vec![("schema_name".into(), namespace)];
        parents.push(("schema_qualified_table_name".into(), Value::from(qualified)));
        if object.table.is_some() {
            parents.push(("table_name".into(), Value::str(table)));
        }
        let positional = vec![Value::str(object.name), Value::str(object.kind), Value::dict_of(parents)];
        truth_of(vm, filter, positional)
    }
}

fn truth_of(vm: &mut Vm, filter: &Value, positional: Vec<Value>) -> Option<bool> {
    if filter.is_unknown() {
        return None;
    }
    vm.refuel();
    let answer = vm.call(filter, Args::positional(positional)).ok()?;
    if answer.is_unknown() {
        return None;
    }
    let truth = vm.truth(&answer).ok()?;
    match truth.to_value() {
        Value::Bool(truth) => Some(truth),
        _ => None,
    }
}

/// Returns a `Table`, or a column of one, as the filter would see it.
fn described(vm: &mut Vm, object: &FilterObject<'_>) -> Option<Value> {
    let metadata = vm.module_attr("sqlalchemy.schema", "MetaData").ok()?;
    let metadata = vm.call_with(&metadata, Vec::new()).ok()?;
    let class = vm.module_attr("sqlalchemy.schema", "Table").ok()?;
    let name = object.table.unwrap_or(object.name);
    let namespace = object.namespace.map_or(Value::None, Value::str);
    let args = Args {
        positional: vec![Value::str(name), metadata],
        keywords: vec![("schema".into(), namespace)],
        signature: None,
    };
    let table = vm.call(&class, args).ok()?;
    if object.table.is_none() {
        return Some(table);
    }
    let class_name = match object.kind {
        "column" => "Column",
        "index" => "Index",
        _ => "UniqueConstraint",
    };
    let class = vm.module_attr("sqlalchemy.schema", class_name).ok()?;
    let positional = if object.kind == "unique_constraint" || object.kind == "foreign_key_constraint" {
        Vec::new()
    } else {
        vec![Value::str(object.name)]
    };
    let item = vm.call(&class, Args::positional(positional)).ok()?;
    if let Some(instance) = item.as_instance() {
        instance.set("name", Value::str(object.name));
        instance.set("table", table);
    }
    Some(item)
}
