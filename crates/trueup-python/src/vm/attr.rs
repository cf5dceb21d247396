//! Attributes: lookup along the method resolution order, descriptors, `__getattr__`, assignment.

use std::rc::Rc;

use super::Vm;
use crate::attributes::AttrMap;
use crate::class::{Class, Instance};
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{BoundMethod, Function, Property, Value};

impl Vm {
    /// Returns an attribute.
    ///
    /// # Errors
    ///
    /// `AttributeError` when there is none, and whatever a property or `__getattr__` raises.
    pub fn getattr(&mut self, value: &Value, name: &str) -> PyResult {
        match self.lookup_attr(value, name)? {
            Some(found) => Ok(found),
            None => match Self::not_modelled(value, name) {
                Some(reason) => Ok(self.unknown(reason)),
                None => Err(self.raise("AttributeError", self.no_attribute(value, name))),
            },
        }
    }

    /// Returns what to say of an attribute that a library may well have although its stub does not.
    fn not_modelled(value: &Value, name: &str) -> Option<String> {
        if name.starts_with("__") {
            return None;
        }
        match value {
            Value::Module(module) if module.source.is_library => {
                Some(format!("`{}.{name}` is not modelled", module.name))
            }
            Value::Class(class) if class.place.is_some() && class.is_library() => {
                Some(format!("`{}.{name}` is not modelled", class.full_name()))
            }
            Value::Instance(instance) if instance.class.place.is_some() && instance.class.is_library() => {
                Some(format!("`{}.{name}` is not modelled", instance.class.full_name()))
            }
            _ => None,
        }
    }

    fn no_attribute(&self, value: &Value, name: &str) -> String {
        match value {
            Value::Module(module) => format!("module '{}' has no attribute '{name}'", module.name),
            Value::Class(class) => format!("type object '{}' has no attribute '{name}'", class.name),
            other => format!("'{}' object has no attribute '{name}'", self.type_name(other)),
        }
    }

    /// Returns an attribute, or `None` when there is none.
    ///
    /// # Errors
    ///
    /// Whatever a property or `__getattr__` raises, other than `AttributeError`.
    pub fn lookup_attr(&mut self, value: &Value, name: &str) -> PyResult<Option<Value>> {
        match value {
            Value::Unknown(_) => Ok(Some(value.clone())),
            Value::Instance(instance) => self.instance_attr(value, instance, name),
            Value::Class(class) => self.class_attr(value, class, name),
            Value::Module(module) => self.module_attr_of(&module.clone(), name),
            Value::Super(sup) => {
                let (receiver, after) = (sup.receiver.clone(), sup.after.clone());
                self.super_attr(&receiver, &after, name)
            }
            Value::Native(native) => {
                let native = native.clone();
                native.getattr(value, self, name)
            }
            Value::Function(function) => Ok(self.function_attr(value, function, name)),
            Value::BoundMethod(method) => match name {
                "__self__" => Ok(Some(method.receiver.clone())),
                "__func__" => Ok(Some(method.function.clone())),
                _ => self.lookup_attr(&method.function.clone(), name),
            },
            Value::StaticMethod(inner) | Value::ClassMethod(inner) => match name {
                "__func__" | "__wrapped__" => Ok(Some((**inner).clone())),
                _ => self.lookup_attr(&(**inner).clone(), name),
            },
            Value::Builtin(builtin) if matches!(name, "__name__" | "__qualname__") => {
                Ok(Some(Value::Str(builtin.name.clone())))
            }
            Value::Property(property) => Ok(Self::property_attr(property, name)),
            Value::Range(range) if matches!(name, "start" | "stop" | "step") => {
                Ok(Some(Value::Int(match name {
                    "start" => range.start,
                    "stop" => range.stop,
                    _ => range.step,
                })))
            }
            Value::Slice(parts) if matches!(name, "start" | "stop" | "step") => Ok(Some(
                parts[match name {
                    "start" => 0,
                    "stop" => 1,
                    _ => 2,
                }]
                .clone(),
            )),
            _ => {
                let class = self.class_of(value);
                if name == "__class__" {
                    return Ok(Some(Value::Class(class)));
                }
                match class.lookup_with_owner(name) {
                    Some((found, owner)) => self.bind_attr(found, Some(value), &class, &owner).map(Some),
                    None => Ok(None),
                }
            }
        }
    }

    fn instance_attr(
        &mut self,
        value: &Value,
        instance: &Rc<Instance>,
        name: &str,
    ) -> PyResult<Option<Value>> {
        let class = instance.class.clone();
        let found = class.lookup_with_owner(name);
        if let Some((found, owner)) = &found
            && Self::is_data_descriptor(found)
        {
            return self.bind_attr(found.clone(), Some(value), &class, owner).map(Some);
        }
        if let Some(own) = instance.get(name) {
            return Ok(Some(own));
        }
        if let Some((found, owner)) = found {
            return self.bind_attr(found, Some(value), &class, &owner).map(Some);
        }
        match name {
            "__class__" => return Ok(Some(Value::Class(class))),
            "__dict__" => {
                let entries = instance.dict.borrow().clone();
                return Ok(Some(Value::dict_of(entries)));
            }
            "__doc__" => return Ok(Some(Value::None)),
            _ => {}
        }
        if let Some(hook) = class.lookup("__getattr__") {
            let args = Args::positional(vec![value.clone(), Value::str(name)]);
            return match self.call(&hook, args) {
                Ok(found) => Ok(Some(found)),
                Err(raised) if self.raised_is(&raised, "AttributeError") => Ok(None),
                Err(raised) => Err(raised),
            };
        }
        if let Some(unknown) = &class.unknown_base {
            return Ok(Some(Value::Unknown(unknown.clone())));
        }
        Ok(None)
    }

    fn is_data_descriptor(value: &Value) -> bool {
        match value {
            // A cached property stores its value in the instance, so it must not win over it.
            Value::Property(property) => !matches!(property.setter, Value::Ellipsis),
            Value::Instance(instance) => instance.class.lookup("__set__").is_some(),
            _ => false,
        }
    }

    pub(crate) fn class_attr(
        &mut self,
        value: &Value,
        class: &Rc<Class>,
        name: &str,
    ) -> PyResult<Option<Value>> {
        if let Some((found, owner)) = class.lookup_with_owner(name)
            && (name != "__doc__" || Rc::ptr_eq(&owner, class))
        {
            return self.bind_attr(found, None, class, &owner).map(Some);
        }
        let special = match name {
            "__name__" => Some(Value::Str(class.name.clone())),
            "__qualname__" => Some(Value::Str(class.qualname.clone())),
            "__module__" => Some(Value::Str(class.module.clone())),
            "__mro__" => Some(Value::tuple(class.mro.borrow().iter().cloned().map(Value::Class).collect())),
            "__bases__" => Some(Value::tuple(class.bases.clone())),
            "__base__" => Some(class.bases.first().cloned().unwrap_or(Value::None)),
            "__class__" => {
                Some(Value::Class(class.metaclass.clone().unwrap_or_else(|| self.types.type_.clone())))
            }
            "__dict__" => {
                let entries = class.namespace.borrow().clone();
                Some(Value::dict_of(entries))
            }
            "__doc__" => Some(Value::None),
            "__annotations__" => {
                let annotations: Vec<_> = class
                    .annotations
                    .borrow()
                    .iter()
                    .map(|(name, note)| (name.clone(), note.clone()))
                    .collect();
                let mut evaluated = Vec::new();
                for (name, annotation) in annotations {
                    let value = self.evaluate_annotation(&annotation);
                    evaluated.push((name, value));
                }
                Some(Value::dict_of(evaluated))
            }
            _ => None,
        };
        if special.is_some() {
            return Ok(special);
        }
        let metaclass = class.metaclass.clone().unwrap_or_else(|| self.types.type_.clone());
        if let Some((found, owner)) = metaclass.lookup_with_owner(name) {
            return self.bind_attr(found, Some(value), &metaclass, &owner).map(Some);
        }
        if let Some(hook) = metaclass.lookup("__getattr__") {
            let args = Args::positional(vec![value.clone(), Value::str(name)]);
            return match self.call(&hook, args) {
                Ok(found) => Ok(Some(found)),
                Err(raised) if self.raised_is(&raised, "AttributeError") => Ok(None),
                Err(raised) => Err(raised),
            };
        }
        if let Some(unknown) = &class.unknown_base {
            return Ok(Some(Value::Unknown(unknown.clone())));
        }
        Ok(None)
    }

    fn super_attr(&mut self, receiver: &Value, after: &Rc<Class>, name: &str) -> PyResult<Option<Value>> {
        if let Value::Class(class) = receiver
            && let Some(metaclass) = &class.metaclass
            && metaclass.is_subclass(after)
            && !class.is_subclass(after)
        {
            return self.metaclass_super(class, &metaclass.clone(), after, name);
        }
        let class = match receiver {
            Value::Class(class) => class.clone(),
            other => self.class_of(other),
        };
        let mro = class.mro.borrow().clone();
        let start =
            mro.iter().position(|candidate| Rc::ptr_eq(candidate, after)).map_or(0, |index| index + 1);
        for owner in &mro[start.min(mro.len())..] {
            let found = owner.namespace.borrow().get(name).cloned();
            // An unknown base comes before `object`: what it may define hides the default.
            if let Some(unknown) = &class.unknown_base
                && Rc::ptr_eq(owner, &self.types.object)
            {
                return Ok(Some(Value::Unknown(unknown.clone())));
            }
            if let Some(found) = found {
                let instance = match receiver {
                    Value::Class(_) if !matches!(found, Value::Builtin(_)) || name == "__new__" => None,
                    other => Some(other),
                };
                return self.bind_attr(found, instance, &class, owner).map(Some);
            }
        }
        if let Some(unknown) = &class.unknown_base {
            return Ok(Some(Value::Unknown(unknown.clone())));
        }
        Ok(None)
    }

    /// `super()` in a method of a metaclass: what follows in the metaclass's order, then what `type` does.
    fn metaclass_super(
        &mut self,
        class: &Rc<Class>,
        metaclass: &Rc<Class>,
        after: &Rc<Class>,
        name: &str,
    ) -> PyResult<Option<Value>> {
        let mro = metaclass.mro.borrow().clone();
        let start = mro.iter().position(|owner| Rc::ptr_eq(owner, after)).map_or(0, |index| index + 1);
        for owner in &mro[start.min(mro.len())..] {
            let found = owner.namespace.borrow().get(name).cloned();
            if let Some(found) = found.filter(|found| !matches!(found, Value::Builtin(_))) {
                return self.bind_attr(found, Some(&Value::Class(class.clone())), metaclass, owner).map(Some);
            }
        }
        let class = class.clone();
        Ok(Some(match name {
            "__call__" => Value::builtin(name, move |vm, args| vm.construct_plain(&class, args)),
            "__setattr__" => Value::builtin(name, move |vm, args| {
                if let (Some(attribute), Some(value)) = (args.positional.first(), args.positional.get(1))
                    && let Some(attribute) = attribute.as_str()
                {
                    Self::set_class_attr(
                        &class,
                        &attribute,
                        value.clone(),
                        vm.user_place().map(|place| place.span),
                    );
                }
                Ok(Value::None)
            }),
            "__init__" => Value::builtin(name, |_, _| Ok(Value::None)),
            _ => return Ok(metaclass.unknown_base.clone().map(Value::Unknown)),
        }))
    }

    /// Binds what was found in a class to an instance (or, without one, to the class).
    pub(crate) fn bind_attr(
        &mut self,
        found: Value,
        instance: Option<&Value>,
        class: &Rc<Class>,
        owner: &Rc<Class>,
    ) -> PyResult {
        match &found {
            Value::Function(_) => Ok(match instance {
                Some(receiver) => {
                    Value::BoundMethod(Rc::new(BoundMethod { receiver: receiver.clone(), function: found }))
                }
                None => found,
            }),
            Value::Builtin(builtin) => Ok(match instance {
                Some(receiver) if builtin.binds => {
                    let receiver =
                        if owner.constructor.is_some() { receiver.unwrapped() } else { receiver.clone() };
                    Value::BoundMethod(Rc::new(BoundMethod { receiver, function: found }))
                }
                _ => found,
            }),
            Value::StaticMethod(inner) => Ok((**inner).clone()),
            Value::ClassMethod(inner) => {
                let receiver = Value::Class(class.clone());
                Ok(match &**inner {
                    Value::Property(property) => {
                        return self.call(&property.getter.clone(), Args::positional(vec![receiver]));
                    }
                    inner => Value::BoundMethod(Rc::new(BoundMethod { receiver, function: inner.clone() })),
                })
            }
            Value::Property(property) => match instance {
                Some(receiver) => {
                    let (getter, is_cached) =
                        (property.getter.clone(), matches!(property.setter, Value::Ellipsis));
                    let value = self.call(&getter, Args::positional(vec![receiver.clone()]))?;
                    if is_cached
                        && let (Value::Instance(instance), Value::Function(function)) = (receiver, &getter)
                    {
                        instance.set(&function.def.name, value.clone());
                    }
                    Ok(value)
                }
                None => Ok(found),
            },
            Value::Instance(descriptor) => match descriptor.class.lookup("__get__") {
                Some(hook) => {
                    let args = vec![
                        found.clone(),
                        instance.cloned().unwrap_or(Value::None),
                        Value::Class(class.clone()),
                    ];
                    self.call(&hook, Args::positional(args))
                }
                None => Ok(found),
            },
            _ => Ok(found),
        }
    }

    fn function_attr(&self, _value: &Value, function: &Rc<Function>, name: &str) -> Option<Value> {
        if let Some(value) = function.attributes.borrow().get(name) {
            return Some(value.clone());
        }
        Some(match name {
            "__name__" => Value::Str(function.def.name.clone()),
            "__qualname__" => Value::Str(function.qualname.clone()),
            "__module__" => Value::Str(function.source.module.clone()),
            "__doc__" => function.def.docstring.clone().map_or(Value::None, Value::Str),
            "__class__" => Value::Class(self.types.function.clone()),
            "__dict__" => Value::dict_of(function.attributes.borrow().clone()),
            "__defaults__" => Value::tuple(function.defaults.iter().flatten().cloned().collect()),
            _ => return None,
        })
    }

    fn property_attr(property: &Rc<Property>, name: &str) -> Option<Value> {
        let property = property.clone();
        Some(match name {
            "fget" => property.getter.clone(),
            "fset" => property.setter.clone(),
            "setter" => Value::builtin("setter", move |_, args| {
                Ok(Value::Property(Rc::new(Property {
                    getter: property.getter.clone(),
                    setter: args.positional.into_iter().next().unwrap_or(Value::None),
                })))
            }),
            "getter" => Value::builtin("getter", move |_, args| {
                Ok(Value::Property(Rc::new(Property {
                    getter: args.positional.into_iter().next().unwrap_or(Value::None),
                    setter: property.setter.clone(),
                })))
            }),
            "deleter" => Value::builtin("deleter", move |_, _| Ok(Value::Property(property.clone()))),
            _ => return None,
        })
    }

    /// Sets an attribute.
    ///
    /// # Errors
    ///
    /// `AttributeError` when it cannot be set, and whatever a property or `__setattr__` raises.
    pub fn setattr(&mut self, target: &Value, name: &str, value: Value) -> PyResult<()> {
        match target {
            Value::Unknown(_) => Ok(()),
            Value::Instance(instance) => {
                if let Some(hook) = instance.class.lookup("__setattr__")
                    && !matches!(hook, Value::Builtin(_))
                {
                    self.call(&hook, Args::positional(vec![target.clone(), Value::str(name), value]))?;
                    return Ok(());
                }
                self.set_instance_attr(target, instance, name, value)
            }
            Value::Class(class) => {
                if let Some(metaclass) = &class.metaclass
                    && let Some(hook) = metaclass.lookup("__setattr__")
                    && !matches!(hook, Value::Builtin(_))
                {
                    self.call(&hook, Args::positional(vec![target.clone(), Value::str(name), value]))?;
                    return Ok(());
                }
                Self::set_class_attr(class, name, value, self.user_place().map(|place| place.span));
                Ok(())
            }
            Value::Module(module) => {
                module.set(name, value);
                Ok(())
            }
            Value::Function(function) => {
                let old = function.attributes.borrow_mut().insert(Rc::from(name), value);
                drop(old);
                Ok(())
            }
            Value::BoundMethod(method) => self.setattr(&method.function.clone(), name, value),
            Value::Native(native) => {
                let native = native.clone();
                if native.setattr(self, name, value)? {
                    Ok(())
                } else {
                    Err(self.raise(
                        "AttributeError",
                        format!("'{}' object has no attribute '{name}'", native.type_name()),
                    ))
                }
            }
            other => Err(self.raise(
                "AttributeError",
                format!("'{}' object has no attribute '{name}'", self.type_name(other)),
            )),
        }
    }

    pub(crate) fn set_instance_attr(
        &mut self,
        target: &Value,
        instance: &Rc<Instance>,
        name: &str,
        value: Value,
    ) -> PyResult<()> {
        match instance.class.lookup(name) {
            Some(Value::Property(property)) if !matches!(property.setter, Value::Ellipsis) => {
                if property.setter.is_none() {
                    return Err(self.raise(
                        "AttributeError",
                        format!("property '{name}' of '{}' object has no setter", instance.class.name),
                    ));
                }
                let setter = property.setter.clone();
                self.call(&setter, Args::positional(vec![target.clone(), value]))?;
                return Ok(());
            }
            Some(Value::Instance(descriptor)) => {
                if let Some(hook) = descriptor.class.lookup("__set__") {
                    let args = vec![Value::Instance(descriptor), target.clone(), value];
                    self.call(&hook, Args::positional(args))?;
                    return Ok(());
                }
            }
            _ => {}
        }
        instance.set(name, value);
        Ok(())
    }

    /// Sets an attribute of a class without asking its metaclass.
    pub fn set_class_attr(class: &Rc<Class>, name: &str, value: Value, span: Option<crate::ast::Span>) {
        let key: crate::ast::Name = Rc::from(name);
        if let Some(span) = span {
            class.spans.borrow_mut().insert(key.clone(), span);
        }
        let old = class.namespace.borrow_mut().insert(key, value);
        drop(old);
    }

    /// Deletes an attribute.
    ///
    /// # Errors
    ///
    /// `AttributeError` when there is none.
    pub fn delattr(&mut self, target: &Value, name: &str) -> PyResult<()> {
        let remove = |map: &mut AttrMap| map.shift_remove(name);
        let removed = match target {
            Value::Unknown(_) => return Ok(()),
            Value::Instance(instance) => remove(&mut instance.dict.borrow_mut()),
            Value::Class(class) => remove(&mut class.namespace.borrow_mut()),
            Value::Module(module) => remove(&mut module.vars.borrow_mut()),
            Value::Function(function) => remove(&mut function.attributes.borrow_mut()),
            _ => None,
        };
        match removed {
            Some(_) => Ok(()),
            None => Err(self.raise("AttributeError", self.no_attribute(target, name))),
        }
    }

    /// Returns the class of a value.
    pub fn class_of(&self, value: &Value) -> Rc<Class> {
        match value {
            Value::Instance(instance) => instance.class.clone(),
            Value::Class(class) => class.metaclass.clone().unwrap_or_else(|| self.types.type_.clone()),
            other => self.types.of(other).clone(),
        }
    }

    /// Returns the name of a value's type for messages.
    pub fn type_name(&self, value: &Value) -> String {
        match value {
            Value::Native(native) => native.type_name().to_owned(),
            Value::Unknown(_) => "unknown".to_owned(),
            other => self.class_of(other).name.to_string(),
        }
    }

    /// Tells whether a value is an instance of a class.
    pub fn is_instance(&self, value: &Value, class: &Rc<Class>) -> bool {
        self.class_of(value).is_subclass(class)
    }
}
