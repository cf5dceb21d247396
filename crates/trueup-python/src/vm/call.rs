//! Calls: functions, methods, constructors; arguments bound by signatures.

use std::rc::Rc;

use super::{CallSite, Flow, Frame, Vm};
use crate::ast::{FunctionDef, Name, ParamKind};
use crate::class::{Class, Instance};
use crate::error::{PyResult, Raised};
use crate::native::Args;
use crate::scope::{Scope, ScopeKind};
use crate::value::{Dict, Function, Iter, IterState, Value};

/// The name that stands for the keywords of `f(**unknown)` among known ones.
pub(super) const OPEN_KEYWORDS: &str = "**";

impl Vm {
    /// Calls a value.
    ///
    /// # Errors
    ///
    /// `TypeError` when it cannot be called, and whatever it raises.
    pub fn call(&mut self, callee: &Value, args: Args) -> PyResult {
        match callee {
            Value::Function(function) => self.call_function(function, args),
            Value::BoundMethod(method) => {
                let args = args.with_receiver(method.receiver.clone());
                self.call(&method.function, args)
            }
            Value::Builtin(builtin) => {
                self.spend(1)?;
                (builtin.function)(self, args)
            }
            Value::Class(class) => self.construct(class, args),
            Value::Unknown(_) => Ok(callee.clone()),
            Value::StaticMethod(inner) => self.call(inner, args),
            Value::Instance(instance) => {
                if let Some(hook) = instance.class.lookup("__call__") {
                    let class = instance.class.clone();
                    let bound = self.bind_attr(hook, Some(callee), &class, &class)?;
                    return self.call(&bound, args);
                }
                if let Some(unknown) = &instance.class.unknown_base {
                    return Ok(Value::Unknown(unknown.clone()));
                }
                Err(self.not_callable(callee))
            }
            Value::Native(native) => {
                let native = native.clone();
                match native.call(callee, self, args)? {
                    Some(value) => Ok(value),
                    None => Err(self.not_callable(callee)),
                }
            }
            _ => Err(self.not_callable(callee)),
        }
    }

    fn not_callable(&self, callee: &Value) -> Raised {
        self.type_error(format!("'{}' object is not callable", self.type_name(callee)))
    }

    /// Calls a method.
    ///
    /// # Errors
    ///
    /// `AttributeError` when there is no such method, and whatever it raises.
    pub fn call_method(&mut self, receiver: &Value, name: &str, args: Args) -> PyResult {
        let method = self.getattr(receiver, name)?;
        self.call(&method, args)
    }

    /// Calls a special method that a class of the project or a stub defines; `None` when it does not.
    pub(crate) fn special(
        &mut self,
        receiver: &Value,
        name: &str,
        args: &[Value],
    ) -> PyResult<Option<Value>> {
        let class = match receiver {
            Value::Instance(instance) => instance.class.clone(),
            Value::Class(class) => match &class.metaclass {
                Some(metaclass) => metaclass.clone(),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let Some((hook, owner)) = class.lookup_with_owner(name) else { return Ok(None) };
        if matches!(hook, Value::None) || (matches!(hook, Value::Builtin(_)) && owner.constructor.is_some()) {
            return Ok(None);
        }
        let bound = self.bind_attr(hook, Some(receiver), &class, &owner)?;
        self.call(&bound, Args::positional(args.to_vec())).map(Some)
    }

    pub(crate) fn call_function(&mut self, function: &Rc<Function>, args: Args) -> PyResult {
        self.spend(1)?;
        if self.stack.len() >= self.limits.call_depth {
            return Err(self.abort("calls are nested too deeply (is there an endless recursion?)"));
        }
        let site = CallSite { callee: function.qualname.clone(), place: self.current.clone() };
        let bound = self.bind(function, args)?;
        self.stack.push(site);
        let result = stacker::maybe_grow(256 << 10, 4 << 20, || self.run_function(function, bound));
        if let Some(site) = self.stack.pop() {
            self.current = site.place;
        }
        result
    }

    fn run_function(&mut self, function: &Rc<Function>, bound: Vec<Value>) -> PyResult {
        if function.def.is_stub && function.source.is_library {
            return self.run_stub(function, bound);
        }
        let mut scope =
            Scope::new(ScopeKind::Function, Some(function.scope.clone()), function.scope.module.clone());
        scope.function = Some(function.def.clone());
        {
            let vars = scope.vars.get_mut();
            for (param, value) in function.def.params.iter().zip(bound) {
                vars.insert(param.name.clone(), value);
            }
        }
        let scope = Rc::new(scope);
        if function.def.is_generator {
            return Ok(Iter::wrap(IterState::Generator { function: function.clone(), scope }, "generator"));
        }
        let mut frame = Frame::new(scope, function.source.clone());
        match self.exec_body(&mut frame, &function.def.body)? {
            Flow::Return(value) => Ok(value),
            Flow::Lost(unknown) | Flow::LostLoop(unknown) => Ok(Value::Unknown(unknown)),
            Flow::Normal | Flow::Break | Flow::Continue => Ok(Value::None),
        }
    }

    fn run_stub(&mut self, function: &Rc<Function>, bound: Vec<Value>) -> PyResult {
        if let Some(native) = &function.native {
            let args =
                Args { positional: bound, keywords: Vec::new(), signature: Some(function.def.clone()) };
            return native(self, args);
        }
        if &*function.def.name == "__init__" {
            if let Some(Value::Instance(instance)) = bound.first().cloned() {
                for (param, value) in function.def.params.iter().zip(bound).skip(1) {
                    instance.set(&param.name, value);
                }
            }
            return Ok(Value::None);
        }
        Ok(self.unknown(format!("`{}.{}` is not modelled", function.source.module, function.qualname)))
    }

    /// Binds arguments by a function's signature: one value per parameter.
    ///
    /// # Errors
    ///
    /// `TypeError` as Python raises it.
    pub fn bind(&mut self, function: &Rc<Function>, args: Args) -> PyResult<Vec<Value>> {
        let def = &function.def;
        let Args { positional, keywords, .. } = args;
        let mut slots: Vec<Option<Value>> = vec![None; def.params.len()];
        let mut rest = positional.into_iter();
        for (slot, param) in slots.iter_mut().zip(&def.params) {
            match param.kind {
                ParamKind::PositionalOnly | ParamKind::Normal => match rest.next() {
                    Some(value) => *slot = Some(value),
                    None => break,
                },
                ParamKind::VarArgs => {
                    *slot = Some(Value::tuple(rest.by_ref().collect()));
                    break;
                }
                ParamKind::KeywordOnly | ParamKind::VarKeywords => break,
            }
        }
        let surplus = rest.count();
        if surplus > 0 {
            return Err(self.too_many(function, surplus));
        }
        let mut extra: Vec<(Name, Value)> = Vec::new();
        let mut open: Option<Value> = None;
        for (name, value) in keywords {
            if &*name == OPEN_KEYWORDS {
                open = Some(value);
                continue;
            }
            let index = def.params.iter().position(|param| {
                matches!(param.kind, ParamKind::Normal | ParamKind::KeywordOnly) && param.name == name
            });
            match index {
                Some(index) if slots[index].is_none() => slots[index] = Some(value),
                Some(_) => {
                    return Err(self.type_error(format!(
                        "{}() got multiple values for argument '{name}'",
                        function.qualname
                    )));
                }
                None => extra.push((name, value)),
            }
        }
        let mut bound = Vec::with_capacity(slots.len());
        let mut extra = Some(extra);
        for (index, (slot, param)) in slots.into_iter().zip(&def.params).enumerate() {
            bound.push(match (slot, param.kind) {
                (Some(value), _) => value,
                (None, ParamKind::VarArgs) => Value::tuple(Vec::new()),
                (None, ParamKind::Normal | ParamKind::KeywordOnly) if open.is_some() => {
                    open.clone().unwrap_or(Value::None)
                }
                (None, ParamKind::VarKeywords) => Value::dict_of(extra.take().unwrap_or_default()),
                (None, _) => match function.defaults.get(index).cloned().flatten() {
                    Some(default) => default,
                    None => return Err(self.missing(def, &function.qualname, &param.name)),
                },
            });
        }
        if let Some((name, _)) = extra.and_then(|extra| extra.into_iter().next()) {
            return Err(self
                .type_error(format!("{}() got an unexpected keyword argument '{name}'", function.qualname)));
        }
        Ok(bound)
    }

    fn too_many(&self, function: &Function, surplus: usize) -> Raised {
        let count = function
            .def
            .params
            .iter()
            .filter(|param| matches!(param.kind, ParamKind::PositionalOnly | ParamKind::Normal))
            .count();
        let plural = if count == 1 { "" } else { "s" };
        self.type_error(format!(
            "{}() takes {count} positional argument{plural} but {} were given",
            function.qualname,
            count + surplus
        ))
    }

    fn missing(&self, def: &FunctionDef, qualname: &str, name: &str) -> Raised {
        let kind = match def.params.iter().find(|param| &*param.name == name).map(|param| param.kind) {
            Some(ParamKind::KeywordOnly) => "keyword-only",
            _ => "positional",
        };
        self.type_error(format!("{qualname}() missing 1 required {kind} argument: '{name}'"))
    }

    /// Makes an instance of a class, as calling the class does.
    ///
    /// # Errors
    ///
    /// Whatever `__new__`, `__init__` or a builtin constructor raises.
    pub fn construct(&mut self, class: &Rc<Class>, args: Args) -> PyResult {
        if let Some(metaclass) = &class.metaclass
            && let Some(hook) = metaclass.lookup("__call__")
        {
            return self.call(&hook, args.with_receiver(Value::Class(class.clone())));
        }
        self.construct_plain(class, args)
    }

    /// Makes an instance of a class without asking its metaclass.
    ///
    /// # Errors
    ///
    /// Whatever `__new__`, `__init__` or a builtin constructor raises.
    pub fn construct_plain(&mut self, class: &Rc<Class>, args: Args) -> PyResult {
        self.spend(1)?;
        if let Some(constructor) = class.constructor {
            return constructor(self, class, args);
        }
        if let Some(new) = class.lookup("__new__")
            && !matches!(new, Value::Builtin(_))
        {
            let new = match new {
                Value::StaticMethod(inner) => (*inner).clone(),
                other => other,
            };
            let made = self.call(&new, args.clone().with_receiver(Value::Class(class.clone())))?;
            if let Value::Instance(instance) = &made
                && instance.class.is_subclass(class)
            {
                self.initialise(&made, instance, args)?;
            }
            return Ok(made);
        }
        let instance = self.allocate(class, &args)?;
        let value = Value::Instance(instance.clone());
        self.initialise(&value, &instance, args)?;
        Ok(value)
    }

    fn initialise(&mut self, value: &Value, instance: &Rc<Instance>, args: Args) -> PyResult<()> {
        match instance.class.lookup("__init__") {
            Some(Value::Builtin(_)) | None => {
                if instance.base_value.borrow().is_none()
                    && instance.class.unknown_base.is_none()
                    && !instance.class.is_subclass(&self.types.base_exception)
                    && instance.class.lookup("__new__").is_none_or(|new| matches!(new, Value::Builtin(_)))
                    && !(args.positional.is_empty() && args.keywords.is_empty())
                {
                    return Err(self.type_error(format!("{}() takes no arguments", instance.class.name)));
                }
                Ok(())
            }
            Some(init) => {
                let class = instance.class.clone();
                let bound = self.bind_attr(init, Some(value), &class, &class)?;
                self.call(&bound, args).map(|_| ())
            }
        }
    }

    /// Makes an instance without initialising it; what derives from a builtin gets its builtin value.
    ///
    /// # Errors
    ///
    /// What the builtin constructor raises.
    pub fn allocate(&mut self, class: &Rc<Class>, args: &Args) -> PyResult<Rc<Instance>> {
        let instance = self.new_instance(class);
        if class.is_subclass(&self.types.base_exception) {
            instance.set("args", Value::tuple(args.positional.clone()));
        }
        let base = class.mro.borrow().iter().find(|base| base.constructor.is_some()).cloned();
        if let Some(base) = base {
            let own_init = matches!(class.lookup("__init__"), Some(Value::Function(_)));
            let is_mutable = ["dict", "list", "set"].contains(&&*base.name);
            let args = if is_mutable && own_init { Args::default() } else { args.clone() };
            if let Some(constructor) = base.constructor {
                let value = constructor(self, &base, args)?;
                *instance.base_value.borrow_mut() = Some(value);
            }
        }
        Ok(instance)
    }

    /// Makes the function object of a definition.
    pub(crate) fn make_function(&mut self, frame: &mut Frame<'_>, def: &Rc<FunctionDef>) -> PyResult {
        let mut defaults = Vec::new();
        if def.params.iter().any(|param| param.default.is_some()) {
            defaults.reserve(def.params.len());
            for param in &def.params {
                defaults.push(match &param.default {
                    Some(expr) => Some(self.eval(frame, expr)?),
                    None => None,
                });
            }
        }
        let qualname = Self::qualname(frame, &def.name);
        let native = if def.is_stub && frame.source.is_library {
            self.native_for(&format!("{}.{qualname}", frame.source.module))
        } else {
            None
        };
        Ok(Value::Function(Rc::new(Function {
            def: def.clone(),
            qualname,
            scope: frame.scope.clone(),
            defaults,
            source: frame.source.clone(),
            native,
            attributes: std::cell::RefCell::default(),
        })))
    }

    pub(crate) fn native_for(&self, full_name: &str) -> Option<crate::native::NativeFn> {
        match self.natives.get(full_name) {
            Some(native) => Some(native.clone()),
            None => self.host.native(full_name),
        }
    }

    pub(crate) fn qualname(frame: &Frame<'_>, name: &Name) -> Name {
        match frame.scope.kind {
            ScopeKind::Module => name.clone(),
            ScopeKind::Class => match frame.scope.get("__qualname__") {
                Some(Value::Str(outer)) => Rc::from(format!("{outer}.{name}")),
                _ => name.clone(),
            },
            ScopeKind::Function => match &frame.scope.function {
                Some(function) => Rc::from(format!("{}.<locals>.{name}", function.name)),
                None => name.clone(),
            },
        }
    }

    /// Turns `**value` into keyword arguments.
    pub(crate) fn spread_keywords(&mut self, value: &Value, into: &mut Vec<(Name, Value)>) -> PyResult<()> {
        let pairs = match value.as_dict() {
            Some(dict) => dict.pairs(),
            None => match value {
                Value::Instance(_) => {
                    let keys = self.call_method(value, "keys", Args::default())?;
                    let mut pairs = Vec::new();
                    for key in self.iterate(&keys)? {
                        let item = self.getitem(value, &key)?;
                        pairs.push((key, item));
                    }
                    pairs
                }
                other => {
                    return Err(self.type_error(format!(
                        "argument after ** must be a mapping, not {}",
                        self.type_name(other)
                    )));
                }
            },
        };
        for (key, value) in pairs {
            match key.as_str() {
                Some(name) => into.push((name, value)),
                None => return Err(self.type_error("keywords must be strings")),
            }
        }
        Ok(())
    }

    /// Returns a new dict value from keys and values.
    ///
    /// # Errors
    ///
    /// `TypeError` when a key cannot be hashed.
    pub fn make_dict(&mut self, pairs: Vec<(Value, Value)>) -> PyResult {
        let dict = Dict::default();
        for (key, value) in pairs {
            let hash_key = self.hash_key(&key)?;
            dict.insert(hash_key, key, value);
        }
        Ok(Value::Dict(Rc::new(dict)))
    }
}
