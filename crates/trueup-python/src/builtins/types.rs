//! The builtin classes and how they make instances.

use std::cell::RefCell;
use std::rc::Rc;

use super::{fill, methods};
use crate::ast::Span;
use crate::attributes::AttrMap;
use crate::class::{Class, Constructor};
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{Dict, Property, Range, Set, Value};
use crate::vm::Vm;

/// The builtin classes.
pub struct Types {
    pub object: Rc<Class>,
    pub type_: Rc<Class>,
    pub none: Rc<Class>,
    pub bool: Rc<Class>,
    pub int: Rc<Class>,
    pub float: Rc<Class>,
    pub str: Rc<Class>,
    pub bytes: Rc<Class>,
    pub list: Rc<Class>,
    pub tuple: Rc<Class>,
    pub dict: Rc<Class>,
    pub set: Rc<Class>,
    pub frozenset: Rc<Class>,
    pub slice: Rc<Class>,
    pub range: Rc<Class>,
    pub property: Rc<Class>,
    pub staticmethod: Rc<Class>,
    pub classmethod: Rc<Class>,
    pub super_: Rc<Class>,
    pub function: Rc<Class>,
    pub builtin: Rc<Class>,
    pub method: Rc<Class>,
    pub module: Rc<Class>,
    pub iterator: Rc<Class>,
    pub ellipsis: Rc<Class>,
    pub not_implemented: Rc<Class>,
    pub base_exception: Rc<Class>,
    pub exception: Rc<Class>,
}

/// Returns a builtin class with one base.
pub(crate) fn class(name: &str, base: Option<&Rc<Class>>, constructor: Option<Constructor>) -> Rc<Class> {
    let class = Rc::new(Class {
        name: Rc::from(name),
        qualname: Rc::from(name),
        module: Rc::from("builtins"),
        bases: base.iter().map(|base| Value::Class((*base).clone())).collect(),
        mro: RefCell::default(),
        namespace: RefCell::new(AttrMap::default()),
        spans: RefCell::default(),
        annotations: RefCell::default(),
        keywords: Vec::new(),
        metaclass: None,
        unknown_base: None,
        place: None,
        name_span: Span::default(),
        constructor,
        payload: RefCell::default(),
    });
    let mut mro = vec![class.clone()];
    if let Some(base) = base {
        mro.extend(base.mro.borrow().iter().cloned());
    }
    *class.mro.borrow_mut() = mro;
    class
}

impl Types {
    pub(crate) fn new() -> Self {
        let object = class("object", None, None);
        fill(&object, methods::object::METHODS);
        let of = |name: &str, constructor: Option<Constructor>| class(name, Some(&object), constructor);
        let int = of("int", Some(new_int));
        let base_exception = of("BaseException", None);
        fill(&base_exception, methods::object::EXCEPTION_METHODS);
        let types = Self {
            type_: of("type", Some(new_type)),
            none: of("NoneType", None),
            bool: class("bool", Some(&int), Some(new_bool)),
            float: of("float", Some(new_float)),
            str: of("str", Some(new_str)),
            bytes: of("bytes", Some(new_bytes)),
            list: of("list", Some(new_list)),
            tuple: of("tuple", Some(new_tuple)),
            dict: of("dict", Some(new_dict)),
            set: of("set", Some(new_set)),
            frozenset: of("frozenset", Some(new_frozenset)),
            slice: of("slice", Some(new_slice)),
            range: of("range", Some(new_range)),
            property: of("property", Some(new_property)),
            staticmethod: of("staticmethod", Some(new_staticmethod)),
            classmethod: of("classmethod", Some(new_classmethod)),
            super_: of("super", Some(new_super)),
            function: of("function", None),
            builtin: of("builtin_function_or_method", None),
            method: of("method", None),
            module: of("module", None),
            iterator: of("iterator", None),
            ellipsis: of("ellipsis", None),
            not_implemented: of("NotImplementedType", None),
            exception: class("Exception", Some(&base_exception), None),
            int,
            base_exception,
            object,
        };
        fill(&types.str, methods::string::METHODS);
        fill(&types.str, methods::string_more::METHODS);
        fill(&types.bytes, methods::containers_more::BYTES);
        fill(&types.list, methods::list::METHODS);
        fill(&types.list, methods::containers_more::LIST);
        fill(&types.tuple, methods::tuple::METHODS);
        fill(&types.tuple, methods::containers_more::TUPLE);
        fill(&types.dict, methods::dict::METHODS);
        fill(&types.dict, methods::containers_more::DICT);
        fill(&types.set, methods::set::METHODS);
        fill(&types.set, methods::containers_more::SET);
        fill(&types.frozenset, methods::set::FROZEN_METHODS);
        fill(&types.set, methods::containers_more::ANY_SET);
        fill(&types.frozenset, methods::containers_more::ANY_SET);
        for class in
            [&types.str, &types.bytes, &types.list, &types.tuple, &types.dict, &types.set, &types.frozenset]
        {
            fill(class, methods::item_access::CONTAINER);
        }
        for class in [&types.str, &types.bytes, &types.list, &types.tuple, &types.dict] {
            fill(class, methods::item_access::READ);
        }
        for class in [&types.list, &types.dict] {
            fill(class, methods::item_access::WRITE);
        }
        for (class, table) in [(&types.dict, methods::dict::CLASS_METHODS)] {
            for (name, function) in table {
                let inner = super::native(name, *function);
                class.namespace.borrow_mut().insert(Rc::from(*name), Value::ClassMethod(Rc::new(inner)));
            }
        }
        fill(&types.type_, methods::object::TYPE_METHODS);
        types
    }

    /// Returns the classes that are names of builtins.
    pub(crate) fn all(&self) -> [&Rc<Class>; 19] {
        [
            &self.object,
            &self.type_,
            &self.none,
            &self.bool,
            &self.int,
            &self.float,
            &self.str,
            &self.bytes,
            &self.list,
            &self.tuple,
            &self.dict,
            &self.set,
            &self.frozenset,
            &self.slice,
            &self.range,
            &self.property,
            &self.staticmethod,
            &self.classmethod,
            &self.super_,
        ]
    }

    /// Returns the class of a value that is not an instance or class.
    pub(crate) fn of(&self, value: &Value) -> &Rc<Class> {
        match value {
            Value::None => &self.none,
            Value::Bool(_) => &self.bool,
            Value::Int(_) => &self.int,
            Value::Float(_) => &self.float,
            Value::Str(_) => &self.str,
            Value::Bytes(_) => &self.bytes,
            Value::List(_) => &self.list,
            Value::Tuple(_) => &self.tuple,
            Value::Dict(_) => &self.dict,
            Value::Set(_) => &self.set,
            Value::FrozenSet(_) => &self.frozenset,
            Value::Slice(_) => &self.slice,
            Value::Range(_) => &self.range,
            Value::Function(_) => &self.function,
            Value::BoundMethod(_) => &self.method,
            Value::Builtin(_) => &self.builtin,
            Value::Class(_) => &self.type_,
            Value::Module(_) => &self.module,
            Value::Property(_) => &self.property,
            Value::StaticMethod(_) => &self.staticmethod,
            Value::ClassMethod(_) => &self.classmethod,
            Value::Super(_) => &self.super_,
            Value::Iterator(_) => &self.iterator,
            Value::Ellipsis => &self.ellipsis,
            Value::NotImplemented => &self.not_implemented,
            Value::Instance(_) | Value::Native(_) | Value::Unknown(_) => &self.object,
        }
    }
}

fn first(args: &Args) -> Option<Value> {
    args.positional.first().cloned()
}

fn new_bool(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    match first(&args) {
        Some(value) => Ok(vm.truth(&value)?.to_value()),
        None => Ok(Value::Bool(false)),
    }
}

fn new_int(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    let Some(value) = first(&args) else { return Ok(Value::Int(0)) };
    if let Some(answer) = vm.special(&value, "__int__", &[])? {
        return Ok(answer);
    }
    match value.unwrapped() {
        Value::Unknown(_) => Ok(value),
        Value::Float(number) if number.is_finite() && number.abs() < 1e38 => {
            Ok(Value::Int(number.trunc() as i128))
        }
        Value::Str(text) => {
            let base = args.at(1, "base").and_then(Value::as_int).unwrap_or(10);
            let digits = text.trim().replace('_', "");
            let digits = digits.trim_start_matches("0x").trim_start_matches("0b").trim_start_matches("0o");
            match u32::try_from(base).ok().filter(|base| (2..=36).contains(base)) {
                Some(base) => i128::from_str_radix(if digits.is_empty() { &text } else { digits }, base)
                    .map(Value::Int)
                    .map_err(|_| {
                        let shown = crate::repr::string(&text);
                        vm.raise("ValueError", format!("invalid literal for int() with base {base}: {shown}"))
                    }),
                None => Ok(vm.unknown("int() with this base")),
            }
        }
        Value::Float(number) if number.is_nan() => {
            Err(vm.raise("ValueError", "cannot convert float NaN to integer"))
        }
        Value::Float(number) if number.is_infinite() => {
            Err(vm.raise("OverflowError", "cannot convert float infinity to integer"))
        }
        other => match other.as_int() {
            Some(number) => Ok(Value::Int(number)),
            None => Err(vm.type_error(format!(
                "int() argument must be a string or a real number, not '{}'",
                vm.type_name(&value)
            ))),
        },
    }
}

fn new_float(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    let Some(value) = first(&args) else { return Ok(Value::Float(0.0)) };
    match value.unwrapped() {
        Value::Unknown(_) => Ok(value),
        Value::Float(number) => Ok(Value::Float(number)),
        Value::Str(text) => text.trim().replace('_', "").parse().map(Value::Float).map_err(|_| {
            vm.raise(
                "ValueError",
                format!("could not convert string to float: {}", crate::repr::string(&text)),
            )
        }),
        other => match other.as_int() {
            Some(number) => Ok(Value::Float(number as f64)),
            None => Err(vm.type_error(format!(
                "float() argument must be a string or a real number, not '{}'",
                vm.type_name(&value)
            ))),
        },
    }
}

fn new_str(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    match first(&args) {
        None => Ok(Value::str("")),
        Some(Value::Bytes(bytes)) if args.positional.len() > 1 => {
            Ok(Value::from(String::from_utf8_lossy(&bytes).into_owned()))
        }
        Some(value) => vm.str(&value),
    }
}

fn new_bytes(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    match first(&args) {
        None => Ok(Value::Bytes(Rc::from([]))),
        Some(Value::Str(text)) => Ok(Value::Bytes(Rc::from(text.as_bytes()))),
        Some(Value::Bytes(bytes)) => Ok(Value::Bytes(bytes)),
        Some(value @ Value::Unknown(_)) => Ok(value),
        Some(value) => match value.as_int() {
            Some(length) => {
                let length = usize::try_from(length).unwrap_or(0);
                vm.reserve(length)?;
                Ok(Value::Bytes(Rc::from(vec![0; length])))
            }
            None => {
                let items = vm.iterate(&value)?;
                Ok(Value::Bytes(items.iter().filter_map(Value::as_int).map(|byte| byte as u8).collect()))
            }
        },
    }
}

/// Returns the items of the optional first argument, or an unknown value.
fn items_of(vm: &mut Vm, args: &Args) -> PyResult<Result<Vec<Value>, Value>> {
    match first(args) {
        None => Ok(Ok(Vec::new())),
        Some(value) => match Vm::unknown_iterable(&value) {
            Some(unknown) => Ok(Err(Value::Unknown(unknown))),
            None => vm.iterate(&value).map(Ok),
        },
    }
}

fn new_list(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    Ok(items_of(vm, &args)?.map_or_else(|unknown| unknown, Value::list))
}

fn new_tuple(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    Ok(items_of(vm, &args)?.map_or_else(|unknown| unknown, Value::tuple))
}

fn set_of(vm: &mut Vm, args: &Args) -> PyResult<Result<Rc<Set>, Value>> {
    let items = match items_of(vm, args)? {
        Ok(items) => items,
        Err(unknown) => return Ok(Err(unknown)),
    };
    let set = Set::default();
    for item in items {
        let key = vm.hash_key(&item)?;
        set.items.borrow_mut().entry(key).or_insert(item);
    }
    Ok(Ok(Rc::new(set)))
}

fn new_set(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    Ok(set_of(vm, &args)?.map_or_else(|unknown| unknown, Value::Set))
}

fn new_frozenset(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    Ok(set_of(vm, &args)?.map_or_else(|unknown| unknown, Value::FrozenSet))
}

fn new_dict(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    let dict = Rc::new(Dict::default());
    if let Some(source) = first(&args) {
        if let Some(unknown) = Vm::unknown_iterable(&source) {
            return Ok(Value::Unknown(unknown));
        }
        methods::dict::merge(vm, &dict, &source)?;
    }
    for (name, value) in args.keywords {
        dict.insert_str(&name, value);
    }
    Ok(Value::Dict(dict))
}

fn new_slice(_: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    let mut parts = args.positional.into_iter();
    let (a, b, c) = (parts.next(), parts.next(), parts.next());
    let none = Value::None;
    Ok(Value::Slice(Rc::new(match (a, b) {
        (Some(stop), None) => [none.clone(), stop, none],
        (start, stop) => {
            [start.unwrap_or(Value::None), stop.unwrap_or(Value::None), c.unwrap_or(Value::None)]
        }
    })))
}

fn new_range(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    if let Some(unknown) = args.first_unknown() {
        return Ok(Value::Unknown(unknown.clone()));
    }
    let numbers: Vec<i128> = args.positional.iter().filter_map(Value::as_int).collect();
    if numbers.len() != args.positional.len() {
        return Err(vm.type_error("range() needs integers"));
    }
    let (start, stop, step) = match numbers.as_slice() {
        [stop] => (0, *stop, 1),
        [start, stop] => (*start, *stop, 1),
        [start, stop, step] => (*start, *stop, *step),
        _ => return Err(vm.type_error("range expected 1 to 3 arguments")),
    };
    if step == 0 {
        return Err(vm.raise("ValueError", "range() arg 3 must not be zero"));
    }
    Ok(Value::Range(Rc::new(Range { start, stop, step })))
}

fn new_property(_: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    Ok(Value::Property(Rc::new(Property {
        getter: args.at(0, "fget").cloned().unwrap_or(Value::None),
        setter: args.at(1, "fset").cloned().unwrap_or(Value::None),
    })))
}

fn new_staticmethod(_: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    Ok(Value::StaticMethod(Rc::new(args.receiver())))
}

fn new_classmethod(_: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    Ok(Value::ClassMethod(Rc::new(args.receiver())))
}

fn new_super(vm: &mut Vm, _: &Rc<Class>, args: Args) -> PyResult {
    match args.positional.as_slice() {
        [Value::Class(after), receiver] => Ok(Value::Super(Rc::new(crate::value::Super {
            after: after.clone(),
            receiver: receiver.clone(),
        }))),
        [Value::Unknown(_), ..] => Ok(args.receiver()),
        _ => Err(vm.raise("RuntimeError", "super(): no arguments")),
    }
}

fn new_type(vm: &mut Vm, class: &Rc<Class>, args: Args) -> PyResult {
    if let [value] = args.positional.as_slice() {
        return Ok(match value {
            Value::Unknown(_) => value.clone(),
            other => Value::Class(vm.class_of(other)),
        });
    }
    vm.make_class_from_call(class, args)
}
