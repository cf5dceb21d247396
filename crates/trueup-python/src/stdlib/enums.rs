//! `enum`: members are instances of their class, kept in the class's payload.

use std::rc::Rc;

use crate::ast::Name;
use crate::class::{Class, Instance};
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{Iter, Value};
use crate::vm::{Truth, Vm};

/// The members of an enumeration, in order of definition, aliases included.
struct Members(Vec<(Name, Value)>);

pub(super) fn register(vm: &mut Vm) {
    vm.register("enum.Enum.__init_subclass__", init_subclass);
    vm.register("enum.Enum.__repr__", repr);
    vm.register("enum.EnumMeta.__call__", call);
    vm.register("enum.EnumMeta.__getitem__", getitem);
    vm.register("enum.EnumMeta.__iter__", |vm, args| Ok(Iter::from_values(distinct(vm, &args.receiver()))));
    vm.register("enum.EnumMeta.__len__", |vm, args| {
        Ok(Value::Int(distinct(vm, &args.receiver()).len() as i128))
    });
    vm.register("enum.EnumMeta.__contains__", contains);
    vm.register("enum.EnumMeta.__members__", |_, args| Ok(Value::dict_of(members(&args.receiver()))));
    vm.register("enum.Flag.__or__", |vm, args| combine(vm, &args, |a, b| a | b));
    vm.register("enum.Flag.__and__", |vm, args| combine(vm, &args, |a, b| a & b));
}

fn members(class: &Value) -> Vec<(Name, Value)> {
    let Value::Class(class) = class else { return Vec::new() };
    let payload = class.payload.borrow().clone();
    match payload.and_then(|data| data.downcast::<Members>().ok()) {
        Some(members) => members.0.clone(),
        None => Vec::new(),
    }
}

/// Returns the members without aliases.
fn distinct(_: &mut Vm, class: &Value) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    for (_, member) in members(class) {
        if !found.iter().any(|known| known.is(&member)) {
            found.push(member);
        }
    }
    found
}

fn is_member_value(name: &str, value: &Value) -> bool {
    let is_private = name.starts_with('_') && (name.ends_with('_') || name.contains("__"));
    !is_private && name != "_" && !is_descriptor(value)
}

/// Tells whether a value is bound rather than returned when it is read from a class; such values are no members.
fn is_descriptor(value: &Value) -> bool {
    match value {
        Value::Function(_)
        | Value::Builtin(_)
        | Value::Property(_)
        | Value::StaticMethod(_)
        | Value::ClassMethod(_)
        | Value::Class(_) => true,
        Value::Instance(instance) => {
            instance.class.is_named("enum.nonmember")
                || ["__get__", "__set__", "__delete__"]
                    .iter()
                    .any(|name| instance.class.lookup(name).is_some())
        }
        _ => false,
    }
}

fn init_subclass(vm: &mut Vm, args: Args) -> PyResult {
    let Value::Class(class) = args.receiver() else { return Ok(Value::None) };
    if &*class.module == "enum" {
        return Ok(Value::None);
    }
    let entries: Vec<(Name, Value)> = class
        .namespace
        .borrow()
        .iter()
        .filter(|(name, value)| is_member_value(name, value))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    for value in class.namespace.borrow_mut().values_mut() {
        let Value::Instance(instance) = value else { continue };
        if instance.class.is_named("enum.nonmember") {
            let inner = instance.get("value").unwrap_or(Value::None);
            *value = inner;
        }
    }
    let mut made: Vec<(Name, Value)> = Vec::new();
    let mut last = Value::Int(0);
    for (name, raw) in entries {
        let raw = resolve_auto(vm, &class, &name, raw, &last, made.len());
        last = raw.clone();
        let member = make_member(vm, &class, &name, raw, &made)?;
        Vm::set_class_attr(&class, &name, member.clone(), None);
        made.push((name, member));
    }
    *class.payload.borrow_mut() = Some(Rc::new(Members(made)));
    Ok(Value::None)
}

/// `auto()` is the lower-cased name in a `StrEnum`, the next bit in a `Flag`, the next number otherwise.
fn resolve_auto(
    vm: &mut Vm,
    class: &Rc<Class>,
    name: &Name,
    raw: Value,
    last: &Value,
    count: usize,
) -> Value {
    match &raw {
        Value::Instance(instance) if instance.class.is_named("enum.auto") => {}
        _ => return raw,
    }
    if let Some(hook) = class.lookup("_generate_next_value_") {
        let hook = match hook {
            Value::StaticMethod(inner) => (*inner).clone(),
            other => other,
        };
        let args =
            vec![Value::Str(name.clone()), Value::Int(1), Value::Int(count as i128), Value::list(Vec::new())];
        if let Ok(value) = vm.call_with(&hook, args) {
            return value;
        }
    }
    if class.derives_from("enum.StrEnum") {
        return Value::from(name.to_lowercase());
    }
    let last = last.as_int().unwrap_or(0);
    if class.derives_from("enum.Flag") {
        return Value::Int(if last == 0 { 1 } else { last.saturating_mul(2) });
    }
    Value::Int(last.saturating_add(1))
}

fn make_member(vm: &mut Vm, class: &Rc<Class>, name: &Name, raw: Value, made: &[(Name, Value)]) -> PyResult {
    let arguments = match &raw {
        Value::Tuple(items) => items.to_vec(),
        other => vec![other.clone()],
    };
    let instance = Rc::new(Instance::new(class.clone(), vm.user_place()));
    let member = Value::Instance(instance.clone());
    let mut value = raw.clone();
    let base = class.mro.borrow().iter().find(|base| base.constructor.is_some()).cloned();
    if let Some(Value::Function(new)) = class.lookup("__new__").map(|new| match new {
        Value::StaticMethod(inner) => (*inner).clone(),
        other => other,
    }) {
        let mut args = vec![Value::Class(class.clone())];
        args.extend(arguments.iter().cloned());
        let made = vm.call_with(&Value::Function(new), args)?;
        if let Value::Instance(made) = &made {
            instance.base_value.replace(made.base_value.borrow().clone());
            instance.dict.replace(made.dict.borrow().clone());
            value = made.get("_value_").unwrap_or(raw);
        }
    } else if let Some(base) = base
        && let Some(constructor) = base.constructor
    {
        let converted = constructor(vm, &base, Args::positional(arguments.clone()))?;
        if !matches!(raw, Value::Unknown(_)) {
            value = converted.clone();
        }
        *instance.base_value.borrow_mut() = Some(converted);
    }
    if let Some(Value::Function(init)) = class.lookup("__init__") {
        let mut args = vec![member.clone()];
        args.extend(arguments);
        vm.call_with(&Value::Function(init), args)?;
    }
    value = instance.get("_value_").unwrap_or(value);
    for (_, other) in made {
        if let Value::Instance(known) = other
            && let Some(known_value) = known.get("value")
            && let Truth::True = vm.equals(&known_value, &value)?
        {
            return Ok(other.clone());
        }
    }
    for key in ["name", "_name_"] {
        instance.set(key, Value::Str(name.clone()));
    }
    for key in ["value", "_value_"] {
        instance.set(key, value.clone());
    }
    Ok(member)
}

fn repr(vm: &mut Vm, args: Args) -> PyResult {
    let Value::Instance(instance) = args.receiver() else { return Ok(Value::str("<enum>")) };
    let name = instance.get("name").and_then(|name| name.as_str()).unwrap_or_default();
    let value = instance.get("value").unwrap_or(Value::None);
    let value = vm.repr_text(&value);
    Ok(Value::from(format!("<{}.{name}: {value}>", instance.class.name)))
}

/// `Color("red")` looks a member up; `Enum("Color", "RED GREEN")` makes a class.
fn call(vm: &mut Vm, args: Args) -> PyResult {
    let class = args.receiver();
    let arguments = args.positional.get(1).and_then(Value::items).unwrap_or_default();
    let known = members(&class);
    if known.is_empty() {
        if let ([name, names, ..], Value::Class(base)) = (arguments.as_slice(), &class) {
            return functional(vm, base, name, names);
        }
        if let Some(unknown) = class.as_class().and_then(|class| class.unknown_base.clone()) {
            return Ok(Value::Unknown(unknown));
        }
    }
    let Some(wanted) = arguments.first() else { return Err(vm.type_error("a value is missing")) };
    if wanted.is_unknown() {
        return Ok(wanted.clone());
    }
    for (_, member) in &known {
        if member.is(wanted) {
            return Ok(member.clone());
        }
        let value = vm.getattr(member, "value")?;
        if let Truth::True = vm.equals(&value, wanted)? {
            return Ok(member.clone());
        }
    }
    if let Some(hook) = class.as_class().and_then(|class| class.lookup("_missing_")) {
        let hook = match hook {
            Value::ClassMethod(inner) => (*inner).clone(),
            other => other,
        };
        let found = vm.call_with(&hook, vec![class.clone(), wanted.clone()])?;
        if !found.is_none() {
            return Ok(found);
        }
    }
    let shown = vm.repr_text(wanted);
    let name = class.as_class().map(|class| class.name.clone()).unwrap_or_default();
    Err(vm.raise("ValueError", format!("{shown} is not a valid {name}")))
}

fn functional(vm: &mut Vm, base: &Rc<Class>, name: &Value, names: &Value) -> PyResult {
    let mut entries: Vec<(Value, Value)> = Vec::new();
    if let Some(text) = names.as_str() {
        for (index, name) in text.replace(',', " ").split_whitespace().enumerate() {
            entries.push((Value::str(name), Value::Int(index as i128 + 1)));
        }
    } else if let Some(dict) = names.as_dict() {
        entries = dict.pairs();
    } else {
        if names.is_unknown() {
            return Ok(names.clone());
        }
        for (index, item) in vm.iterate(names)?.into_iter().enumerate() {
            match item.items().as_deref() {
                Some([name, value]) => entries.push((name.clone(), value.clone())),
                _ => entries.push((item, Value::Int(index as i128 + 1))),
            }
        }
    }
    if base.derives_from("enum.StrEnum") {
        for (name, value) in &mut entries {
            if value.as_str().is_none() {
                *value = Value::from(name.as_str().unwrap_or_default().to_lowercase());
            }
        }
    }
    let namespace = vm.make_dict(entries)?;
    let bases = Value::tuple(vec![Value::Class(base.clone())]);
    let meta = vm.types.type_.clone();
    vm.make_class_from_call(&meta, Args::positional(vec![name.clone(), bases, namespace]))
}

fn getitem(vm: &mut Vm, args: Args) -> PyResult {
    let (class, name) = (args.receiver(), args.positional.get(1).cloned().unwrap_or(Value::None));
    if name.is_unknown() {
        return Ok(name);
    }
    let wanted = name.as_str().unwrap_or_default();
    match members(&class).into_iter().find(|(name, _)| *name == wanted) {
        Some((_, member)) => Ok(member),
        None => Err(vm.key_error(&name)),
    }
}

fn contains(vm: &mut Vm, args: Args) -> PyResult {
    let item = args.positional.get(1).cloned().unwrap_or(Value::None);
    for (_, member) in members(&args.receiver()) {
        let value = vm.getattr(&member, "value")?;
        if member.is(&item) || vm.equals(&value, &item)?.is_true() {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

/// Combined flags are members without a name.
fn combine(vm: &mut Vm, args: &Args, operator: fn(i128, i128) -> i128) -> PyResult {
    let [Value::Instance(left), right] = args.positional.as_slice() else { return Ok(Value::NotImplemented) };
    let right = match right {
        Value::Instance(instance) => instance.get("value").unwrap_or(Value::None),
        other => other.clone(),
    };
    let (Some(a), Some(b)) = (left.get("value").and_then(|value| value.as_int()), right.as_int()) else {
        return Ok(Value::NotImplemented);
    };
    let value = Value::Int(operator(a, b));
    for (_, member) in members(&Value::Class(left.class.clone())) {
        if let Value::Instance(known) = &member
            && known.get("value").and_then(|value| value.as_int()) == value.as_int()
        {
            return Ok(member);
        }
    }
    let combined = vm.new_instance(&left.class);
    combined.set("name", Value::None);
    combined.set("value", value.clone());
    combined.set("_value_", value);
    Ok(Value::Instance(combined))
}
