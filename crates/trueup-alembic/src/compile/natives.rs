//! Native functions behind the stubs of SQLAlchemy's DDL elements.
//!
//! `Column` is made thousands of times in a project, so its constructor is here rather than in the stub.

use std::rc::Rc;

use trueup_python::{Args, Instance, Note, NoteKind, PyResult, Value, Vm};

use super::is_a;
use crate::Context;

/// Makes the natives known to an interpreter.
pub(crate) fn register(vm: &mut Vm) {
    super::rows::register(vm);
    vm.register("sqlalchemy.schema.Column.__init__", column_init);
    vm.register("sqlalchemy.schema.Column._set_parent", column_set_parent);
    vm.register("sqlalchemy.schema.Column._copy", column_copy);
    vm.register("sqlalchemy._trueup.copy_object", |_, args| Ok(copy_object(&argument(&args, 0))));
    vm.register("sqlalchemy._trueup.annotations_of", annotations_of);
    vm.register("sqlalchemy._trueup.evaluate_forward", evaluate_forward);
    vm.register("sqlalchemy._trueup.own_names", own_names);
    vm.register("sqlalchemy._trueup.sqlalchemy_version", |vm, _| {
        let (major, minor) = vm.state::<Context>().map_or((2, 0), |context| context.sqlalchemy_version());
        Ok(Value::tuple(vec![Value::Int(i128::from(major)), Value::Int(i128::from(minor))]))
    });
    vm.register("sqlalchemy._trueup.library_version", |vm, args| {
        let package = argument(&args, 0).as_str().unwrap_or_default();
        let found = vm.state::<Context>().and_then(|context| context.library_version(&package));
        Ok(found.map_or(Value::None, |version| {
            let number = |number: u32| Value::Int(i128::from(number));
            let patch = version.patch.map_or(Value::None, number);
            Value::tuple(vec![number(version.major), number(version.minor), patch])
        }))
    });
    vm.register("sqlalchemy._trueup.own_attr", |_, args| {
        Ok(own_attr(&args).unwrap_or_else(|| argument(&args, 2)))
    });
    vm.register("sqlalchemy._trueup.has_own_attr", |_, args| Ok(Value::Bool(own_attr(&args).is_some())));
    vm.register("sqlalchemy._elements._find_compiled", super::types::find_compiled);
    vm.register("sqlalchemy._trueup.set_class_attr", |vm, args| {
        if let (Value::Class(class), Some(name)) = (argument(&args, 0), argument(&args, 1).as_str()) {
            Vm::set_class_attr(&class, &name, argument(&args, 2), vm.user_place().map(|place| place.span));
        }
        Ok(Value::None)
    });
    vm.register("sqlalchemy._trueup.note_unknown", note_unknown);
    vm.register("sqlalchemy._trueup.is_unknown", |_, args| Ok(Value::Bool(argument(&args, 0).is_unknown())));
    vm.register("sqlalchemy._trueup.return_annotation", return_annotation);
    vm.register("sqlalchemy._trueup.unknown", |vm, args| {
        let reason = argument(&args, 0).as_str().map(|text| text.to_string()).unwrap_or_default();
        Ok(vm.unknown(reason))
    });
}

fn argument(args: &Args, index: usize) -> Value {
    args.positional.get(index).cloned().unwrap_or(Value::None)
}

/// What the class in the first argument itself has under the name in the second.
fn own_attr(args: &Args) -> Option<Value> {
    let class = argument(args, 0);
    let name = argument(args, 1).as_str()?;
    class.as_class()?.namespace.borrow().get(&name).cloned()
}

/// Returns a shallow copy of an instance; anything else is immutable and returned as it is.
fn copy_object(value: &Value) -> Value {
    match value {
        Value::Instance(instance) => Value::Instance(Rc::new(instance.copied())),
        other => other.clone(),
    }
}

/// Attributes that `Column(…)` takes by keyword, with what they are when not given.
const COLUMN_KEYWORDS: &[&str] = &[
    "name",
    "type_",
    "key",
    "primary_key",
    "nullable",
    "default",
    "server_default",
    "server_onupdate",
    "onupdate",
    "index",
    "unique",
    "info",
    "comment",
    "autoincrement",
    "doc",
    "quote",
    "system",
    "sort_order",
    "insert_default",
];

/// `Column(name?, type?, *items, **keywords)`.
fn column_init(vm: &mut Vm, args: Args) -> PyResult {
    let receiver = args.receiver();
    let Value::Instance(column) = &receiver else { return Ok(Value::None) };
    let positional = args.get("args").map(|value| vm.iterate(value)).transpose()?.unwrap_or_default();
    let keywords = args.get("kwargs").and_then(Value::as_dict);
    let keyword = |name: &str| keywords.as_ref().and_then(|dict| dict.get_str(name));
    let mut items = positional.into_iter().peekable();

    let mut name = keyword("name").unwrap_or(Value::None);
    if name.is_none() && items.peek().is_some_and(|item| item.as_str().is_some() || item.is_none()) {
        name = items.next().unwrap_or(Value::None);
    }
    let mut type_value = keyword("type_").unwrap_or(Value::None);
    if type_value.is_none() && items.peek().is_some_and(is_type) {
        type_value = items.next().unwrap_or(Value::None);
    }
    type_value = match type_value {
        Value::None => vm.module_attr("sqlalchemy.types", "NULLTYPE")?,
        Value::Class(class) => vm.construct(&class, Args::default())?,
        other => other,
    };
    let primary_key = keyword("primary_key").unwrap_or(Value::Bool(false));
    let nullable = keyword("nullable").filter(|value| value.as_str().is_none());
    column.set("_nullable_given", Value::Bool(nullable.is_some()));
    let nullable = match nullable {
        Some(value) => value,
        None => match vm.truth(&primary_key)? {
            truth if truth.is_true() => Value::Bool(false),
            _ => Value::Bool(true),
        },
    };
    for (attribute, value) in [
        ("name", name.clone()),
        ("key", keyword("key").filter(|key| !key.is_none()).unwrap_or(name)),
        ("type", type_value),
        ("primary_key", primary_key),
        ("nullable", nullable),
        ("autoincrement", keyword("autoincrement").unwrap_or_else(|| Value::str("auto"))),
        ("info", keyword("info").unwrap_or_else(|| Value::dict_of([]))),
        ("constraints", Value::list(Vec::new())),
        ("_foreign_keys", Value::list(Vec::new())),
        ("_waiting", Value::list(Vec::new())),
        ("computed", Value::None),
        ("identity", Value::None),
        ("is_literal", Value::Bool(false)),
        ("_sort_order", Value::Int(0)),
        ("_creation_order", Value::Int(vm.state::<Context>().map_or(0, |context| context.next_column()))),
    ] {
        column.set(attribute, value);
    }
    for attribute in [
        "default",
        "server_default",
        "server_onupdate",
        "onupdate",
        "index",
        "unique",
        "comment",
        "doc",
        "quote",
        "system",
    ] {
        column.set(attribute, keyword(attribute).unwrap_or(Value::None));
    }
    for (key, value) in keywords.iter().flat_map(|dict| dict.pairs()) {
        let known = key.as_str().is_some_and(|key| COLUMN_KEYWORDS.contains(&&*key));
        if !known && let Some(key) = key.as_str() {
            column.set(&key, value);
        }
    }
    let default = keyword("server_default").unwrap_or(Value::None);
    for item in items.chain([default].into_iter().filter(is_generated)) {
        attach(vm, &receiver, column, item)?;
    }
    Ok(Value::None)
}

/// Tells whether a positional argument is the type rather than a constraint or default.
fn is_type(value: &Value) -> bool {
    match value {
        Value::Class(class) => {
            class.derives_from("sqlalchemy.types.TypeEngine") || class.unknown_base.is_some()
        }
        Value::Unknown(_) => true,
        Value::Instance(instance) => {
            instance.class.derives_from("sqlalchemy.types.TypeEngine")
                || (instance.class.unknown_base.is_some()
                    && !instance.class.derives_from("sqlalchemy.schema.SchemaItem"))
        }
        _ => false,
    }
}

fn is_generated(value: &Value) -> bool {
    is_a(value, "sqlalchemy.schema.Computed") || is_a(value, "sqlalchemy.schema.Identity")
}

/// Puts one of `Column`'s positional items where it belongs.
fn attach(vm: &mut Vm, receiver: &Value, column: &Rc<Instance>, item: Value) -> PyResult<()> {
    if is_a(&item, "sqlalchemy.schema.ForeignKey") {
        if let Value::Instance(key) = &item {
            key.set("parent", receiver.clone());
        }
        push(column, "_foreign_keys", item);
    } else if is_a(&item, "sqlalchemy.schema.Computed") {
        column.set("computed", item);
        column.set("server_default", Value::None);
    } else if is_a(&item, "sqlalchemy.schema.Identity") {
        column.set("identity", item);
        column.set("server_default", Value::None);
        if column.get("_nullable_given").and_then(|value| value.as_bool()) == Some(false) {
            column.set("nullable", Value::Bool(false));
        }
    } else if let Value::Instance(_) = &item {
        vm.call_method(&item, "_set_parent", Args::positional(vec![receiver.clone()]))?;
    } else if let Value::Unknown(_) = &item {
        // An unknown item may be a foreign key or a constraint: the column is not fully known.
        column.set("_unknown_item", item);
    }
    Ok(())
}

fn push(instance: &Rc<Instance>, attribute: &str, item: Value) {
    if let Some(Value::List(list)) = instance.get(attribute) {
        list.items.borrow_mut().push(item);
    }
}

/// `Column._set_parent(table)`: the table gets the column, and what waited for the column gets the table.
fn column_set_parent(vm: &mut Vm, args: Args) -> PyResult {
    let receiver = args.receiver();
    let table = args.positional.get(1).cloned().unwrap_or(Value::None);
    let (Value::Instance(column), Value::Instance(owner)) = (&receiver, &table) else {
        return Ok(Value::None);
    };
    column.set("table", table.clone());
    let key =
        column.get("key").filter(|key| !key.is_none()).or_else(|| column.get("name")).unwrap_or(Value::None);
    if let Some(unknown) = key.as_unknown() {
        return Err(vm.raise("ValueError", format!("a column's name is not known: {}", unknown.reason)));
    }
    let Some(key) = key.as_str() else {
        return Err(vm.raise(
            "ValueError",
            "Column must be constructed with a non-blank name or assign a non-blank .name",
        ));
    };
    inherit_schema(column, owner);
    if let Some(columns) = owner.get("_all_columns").and_then(|columns| columns.as_dict()) {
        columns.insert_str(&key, receiver.clone());
    }
    if let Some(Value::List(keys)) = column.get("_foreign_keys") {
        for key in keys.items.borrow().iter() {
            push(owner, "_foreign_keys", key.clone());
        }
    }
    let waiting = match column.get("_waiting") {
        Some(Value::List(list)) => std::mem::take(&mut *list.items.borrow_mut()),
        _ => Vec::new(),
    };
    for item in waiting {
        vm.call_method(&item, "_set_parent", Args::positional(vec![table.clone()]))?;
    }
    Ok(Value::None)
}

/// `Enum(…, inherit_schema=True)` belongs to the namespace of its table.
fn inherit_schema(column: &Instance, table: &Instance) {
    let Some(Value::Instance(found)) = column.get("type") else { return };
    if found.get("inherit_schema").and_then(|value| value.as_bool()) == Some(true) {
        found.set("schema", table.get("schema").unwrap_or(Value::None));
    }
}

/// `Column._copy()`: a column of a mixin is copied for every class that gets it.
fn column_copy(vm: &mut Vm, args: Args) -> PyResult {
    let copy = copy_object(&args.receiver());
    let Value::Instance(column) = &copy else { return Ok(copy) };
    // The keys of a column of a table have become constraints of the table, and those are not copied with it.
    let keys_stay = column.get("table").is_some_and(|table| is_a(&table, "sqlalchemy.schema.Table"))
        && args.get("kw").and_then(Value::as_dict).is_none_or(|keywords| keywords.pairs().is_empty());
    if keys_stay {
        column.set("_foreign_keys", Value::list(Vec::new()));
    }
    column.set("table", Value::None);
    column.set("_waiting", Value::list(Vec::new()));
    for attribute in ["_foreign_keys", "constraints"] {
        let items = match column.get(attribute) {
            Some(Value::List(list)) => list.items.borrow().clone(),
            _ => Vec::new(),
        };
        let mut copies = Vec::with_capacity(items.len());
        for item in items {
            let copied = copy_object(&item);
            if let Value::Instance(inner) = &copied {
                inner.set("parent", copy.clone());
            }
            copies.push(copied);
        }
        column.set(attribute, Value::list(copies));
    }
    for attribute in ["computed", "identity"] {
        let value = column.get(attribute).unwrap_or(Value::None);
        column.set(attribute, copy_object(&value));
    }
    let _ = vm;
    Ok(copy)
}

/// `annotations_of(cls)`: the class's own annotations, evaluated; one that cannot be evaluated is unknown.
fn annotations_of(vm: &mut Vm, args: Args) -> PyResult {
    let Value::Class(class) = argument(&args, 0) else { return Ok(Value::dict_of([])) };
    let annotations: Vec<_> = class
        .annotations
        .borrow()
        .iter()
        .map(|(name, annotation)| (name.clone(), annotation.clone()))
        .collect();
    let mut entries = Vec::with_capacity(annotations.len());
    for (name, annotation) in annotations {
        let value = vm.evaluate_annotation(&annotation);
        entries.push((name, value));
    }
    Ok(Value::dict_of(entries))
}

/// `evaluate_forward(cls, name, text)`: a text inside the annotation of an attribute.
fn evaluate_forward(vm: &mut Vm, args: Args) -> PyResult {
    let text = argument(&args, 2);
    let (Value::Class(class), Some(name), Some(source)) =
        (argument(&args, 0), argument(&args, 1).as_str(), text.as_str())
    else {
        return Ok(text);
    };
    let annotation = class.annotations.borrow().get(&name).cloned();
    let Some(annotation) = annotation else { return Ok(text) };
    match vm.forward_reference(&source) {
        Some(expr) => Ok(vm.evaluate_in(&expr, &annotation.scope, &annotation.source)),
        None => Ok(text),
    }
}

/// `note_unknown(cls, value, what)`.
fn note_unknown(vm: &mut Vm, args: Args) -> PyResult {
    let value = argument(&args, 1);
    let Some(unknown) = value.as_unknown() else { return Ok(Value::Bool(false)) };
    let (name, place) = match argument(&args, 0) {
        Value::Class(class) => (class.name.to_string(), class.place.clone()),
        other => (other.as_str().map_or_else(|| "a class".to_owned(), |name| name.to_string()), None),
    };
    let what = argument(&args, 2).as_str().unwrap_or_default();
    let place = place.or_else(|| vm.user_place()).or_else(|| unknown.place.clone());
    let message = format!("{what} of `{name}` is not known: {}", unknown.reason);
    // Without its namespace a table is taken for one of the default namespace: it is not lost.
    if &*what != "the schema"
        && let Some(context) = vm.state::<Context>()
    {
        context.lost.borrow_mut().push((message.clone(), place.clone()));
    }
    vm.note(Note { kind: NoteKind::Failed, message, place, traceback: Vec::new() });
    Ok(Value::Bool(true))
}

/// `return_annotation(fn)`.
fn return_annotation(vm: &mut Vm, args: Args) -> PyResult {
    let Value::Function(function) = argument(&args, 0) else { return Ok(Value::None) };
    let Some(returns) = function.def.returns.clone() else { return Ok(Value::None) };
    Ok(vm.evaluate_in(&returns, &function.scope, &function.source))
}

/// `own_names(cls)`: names assigned in the class body, in the order they were first written.
fn own_names(_vm: &mut Vm, args: Args) -> PyResult {
    let Value::Class(class) = argument(&args, 0) else { return Ok(Value::list(Vec::new())) };
    let names = class.namespace.borrow().keys().map(|name| Value::Str(name.clone())).collect();
    Ok(Value::list(names))
}
