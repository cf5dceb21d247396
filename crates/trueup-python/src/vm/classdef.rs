//! Class definitions: bases, linearisation, the body, and the hooks that run when a class is made.

use std::cell::RefCell;
use std::rc::Rc;

use super::call::OPEN_KEYWORDS;
use super::{Frame, NoteKind, Vm};
use crate::ast::{ClassDef, Name, Span, StmtKind};
use crate::attributes::AttrMap;
use crate::class::Class;
use crate::error::PyResult;
use crate::native::Args;
use crate::place::Place;
use crate::scope::{Scope, ScopeKind};
use crate::value::{Unknown, Value};

impl Vm {
    pub(crate) fn define_class(&mut self, frame: &mut Frame<'_>, def: &Rc<ClassDef>) -> PyResult {
        let place = Place { source: frame.source.clone(), span: def.span };
        let outer = if def.type_params.is_empty() {
            frame.scope.clone()
        } else {
            let scope =
                Scope::new(ScopeKind::Function, Some(frame.scope.clone()), frame.scope.module.clone());
            for name in &def.type_params {
                scope.set(name.clone(), self.unknown(format!("type parameter `{name}`")));
            }
            Rc::new(scope)
        };
        let mut around = Frame::new(outer.clone(), frame.source.clone());
        let args = match self.eval_args(&mut around, &def.bases, &def.keywords)? {
            Ok(args) => args,
            Err(unknown) => Args::positional(vec![Value::Unknown(unknown)]),
        };
        let open =
            args.keywords.iter().find(|(name, _)| &**name == OPEN_KEYWORDS).map(|(_, value)| value.clone());
        let args = match open {
            Some(unknown) => Args::positional(vec![unknown]),
            None => args,
        };
        let qualname = Self::qualname(frame, &def.name);
        let scope = Rc::new(Scope::new(ScopeKind::Class, Some(outer), frame.scope.module.clone()));
        scope.set(Rc::from("__module__"), Value::Str(frame.source.module.clone()));
        scope.set(Rc::from("__qualname__"), Value::Str(qualname.clone()));
        if let Some(text) = &def.docstring {
            scope.set(Rc::from("__doc__"), Value::Str(text.clone()));
        }
        let mut inner = Frame::new(scope.clone(), frame.source.clone());
        self.exec_body(&mut inner, &def.body)?;
        let mut namespace = std::mem::take(&mut *scope.vars.borrow_mut());
        namespace.shift_remove("__qualname__");
        if args
            .positional
            .iter()
            .any(|base| matches!(base, Value::Class(base) if base.derives_from("enum.Enum")))
        {
            keep_methods_apart(def, &mut namespace);
        }
        self.at(&frame.source, Span { start: def.span.start, end: def.name_span.end });
        let class = self.build_class(ClassParts {
            name: def.name.clone(),
            qualname,
            module: frame.source.module.clone(),
            bases: args.positional,
            keywords: args.keywords,
            namespace,
            scope: Some(scope),
            place: Some(place),
            name_span: def.name_span,
            metaclass: None,
        })?;
        let mut value = Value::Class(class);
        for decorator in def.decorators.iter().rev() {
            let callee = self.eval(frame, decorator)?;
            self.at(&frame.source, decorator.span);
            let decorated = self.call(&callee, Args::positional(vec![value.clone()]))?;
            // A class decorator of a library that is not here nearly always returns the class.
            if !decorated.is_unknown() {
                value = decorated;
            }
        }
        Ok(value)
    }

    /// `type(name, bases, namespace, **keywords)`
    pub(crate) fn make_class_from_call(&mut self, metaclass: &Rc<Class>, args: Args) -> PyResult {
        let [name, bases, namespace, ..] = args.positional.as_slice() else {
            return Err(self.type_error("type() takes 1 or 3 arguments"));
        };
        if let Some(unknown) = args.first_unknown() {
            return Ok(Value::Unknown(unknown.clone()));
        }
        let (Some(name), Some(bases), Some(namespace)) = (name.as_str(), bases.items(), namespace.as_dict())
        else {
            return Err(self.type_error("type() needs a name, a tuple of bases and a dict"));
        };
        let mut attributes = AttrMap::default();
        for (key, value) in namespace.pairs() {
            if let Some(key) = key.as_str() {
                attributes.insert(key, value);
            }
        }
        let place = self.user_place();
        let module = place.as_ref().map_or_else(|| Rc::from("builtins"), |place| place.source.module.clone());
        let class = self.build_class(ClassParts {
            qualname: name.clone(),
            name,
            module,
            bases,
            keywords: args.keywords,
            namespace: attributes,
            scope: None,
            name_span: place.as_ref().map(|place| place.span).unwrap_or_default(),
            place,
            metaclass: (!Rc::ptr_eq(metaclass, &self.types.type_)).then(|| metaclass.clone()),
        })?;
        Ok(Value::Class(class))
    }

    /// Makes a class from its parts and runs `__set_name__`, `__init_subclass__` and the metaclass's `__init__`.
    ///
    /// # Errors
    ///
    /// `TypeError` for bases that have no consistent order, and what the hooks raise.
    pub fn build_class(&mut self, parts: ClassParts) -> PyResult<Rc<Class>> {
        self.spend(4)?;
        let ClassParts {
            name,
            qualname,
            module,
            bases,
            mut keywords,
            namespace,
            scope,
            place,
            name_span,
            mut metaclass,
        } = parts;
        let mut unknown_base: Option<Rc<Unknown>> = None;
        let mut parents: Vec<Rc<Class>> = Vec::new();
        for base in &bases {
            match base {
                Value::Class(class) => {
                    if unknown_base.is_none() {
                        unknown_base.clone_from(&class.unknown_base);
                    }
                    if !parents.iter().any(|known| Rc::ptr_eq(known, class)) {
                        parents.push(class.clone());
                    }
                }
                Value::Unknown(unknown) => {
                    unknown_base.get_or_insert_with(|| unknown.clone());
                }
                other => {
                    let reason = format!("a base that is a {}, not a class", self.type_name(other));
                    unknown_base.get_or_insert_with(|| Rc::new(Unknown { reason, place: place.clone() }));
                }
            }
        }
        // `Generic`-like bases that are plain `object` must not come before other classes.
        if parents.len() > 1 {
            parents.retain(|parent| !Rc::ptr_eq(parent, &self.types.object));
        }
        if parents.is_empty() {
            parents.push(self.types.object.clone());
        }
        if let Some(at) = keywords.iter().position(|(name, _)| &**name == "metaclass") {
            match keywords.remove(at).1 {
                Value::Class(class) if !Rc::ptr_eq(&class, &self.types.type_) => metaclass = Some(class),
                Value::Unknown(unknown) => {
                    unknown_base.get_or_insert(unknown);
                }
                _ => {}
            }
        }
        if metaclass.is_none() {
            metaclass = parents.iter().find_map(|parent| parent.metaclass.clone());
        }
        let Some(order) = linearise(&parents) else {
            return Err(self.type_error(format!(
                "Cannot create a consistent method resolution order (MRO) for bases of '{name}'"
            )));
        };
        let (spans, annotations) = match &scope {
            Some(scope) => (scope.spans.take(), scope.annotations.take()),
            None => Default::default(),
        };
        let mut namespace = namespace;
        if let Some(hook) = namespace.get_mut("__init_subclass__")
            && let Value::Function(_) = hook
        {
            // As `type.__new__` does, so that `super().__init_subclass__()` passes the class.
            *hook = Value::ClassMethod(Rc::new(hook.clone()));
        }
        let class = Rc::new(Class {
            name,
            qualname,
            module,
            bases,
            mro: RefCell::default(),
            namespace: RefCell::new(namespace),
            spans: RefCell::new(spans),
            annotations: RefCell::new(annotations),
            keywords,
            metaclass,
            unknown_base,
            place,
            name_span,
            constructor: None,
            payload: RefCell::default(),
        });
        let mut mro = vec![class.clone()];
        mro.extend(order);
        *class.mro.borrow_mut() = mro;
        self.classes.push(Rc::downgrade(&class));
        if let Some(scope) = &scope {
            *scope.class.borrow_mut() = Some(Rc::downgrade(&class));
            // Annotations that are evaluated later look names of the class up here.
            scope.vars.borrow_mut().clone_from(&class.namespace.borrow());
        }
        self.run_class_hooks(&class)?;
        Ok(class)
    }

    fn run_class_hooks(&mut self, class: &Rc<Class>) -> PyResult<()> {
        let value = Value::Class(class.clone());
        let attributes: Vec<(Name, Value)> = class
            .namespace
            .borrow()
            .iter()
            .filter(|(_, v)| matches!(v, Value::Instance(_)))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        for (name, attribute) in attributes {
            self.special(&attribute, "__set_name__", &[value.clone(), Value::Str(name)])?;
        }
        let parents: Vec<Rc<Class>> = class.mro.borrow().iter().skip(1).cloned().collect();
        for parent in parents {
            let hook = parent.namespace.borrow().get("__init_subclass__").cloned();
            let Some(hook) = hook else { continue };
            if !matches!(hook, Value::Builtin(_)) {
                let hook = match hook {
                    Value::ClassMethod(inner) => (*inner).clone(),
                    other => other,
                };
                let args = Args {
                    positional: vec![value.clone()],
                    keywords: class.keywords.clone(),
                    signature: None,
                };
                self.call(&hook, args)?;
            }
            break;
        }
        if let Some(metaclass) = &class.metaclass {
            if metaclass.is_library() {
                if let Some(hook) = metaclass.lookup("__init__")
                    && !matches!(hook, Value::Builtin(_))
                {
                    let namespace = Value::dict_of(class.namespace.borrow().clone());
                    let positional = vec![
                        value,
                        Value::Str(class.name.clone()),
                        Value::tuple(class.bases.clone()),
                        namespace,
                    ];
                    self.call(&hook, Args { positional, keywords: class.keywords.clone(), signature: None })?;
                }
            } else if metaclass.namespace.borrow().contains_key("__new__")
                || metaclass.namespace.borrow().contains_key("__init__")
            {
                self.note_at(
                    NoteKind::Metaclass,
                    format!("the metaclass `{}` is not run for `{}`", metaclass.name, class.name),
                    class.place.clone(),
                );
            }
        }
        Ok(())
    }
}

/// What a class is made of.
pub struct ClassParts {
    pub name: Name,
    pub qualname: Name,
    pub module: Name,
    pub bases: Vec<Value>,
    pub keywords: Vec<(Name, Value)>,
    pub namespace: AttrMap,
    pub scope: Option<Rc<Scope>>,
    pub place: Option<Place>,
    pub name_span: Span,
    pub metaclass: Option<Rc<Class>>,
}

/// Marks what a decorator that is not known made of a method: an unknown value that is *assigned* is a member of an
/// enumeration, one that is *defined* is not.
fn keep_methods_apart(def: &ClassDef, namespace: &mut AttrMap) {
    for stmt in &def.body {
        let StmtKind::FunctionDef(method) = &stmt.kind else { continue };
        if let Some(value) = namespace.get_mut(&method.name)
            && value.is_unknown()
        {
            *value = Value::StaticMethod(Rc::new(value.clone()));
        }
    }
}

/// C3: the classes after the class itself, or `None` when there is no consistent order.
fn linearise(parents: &[Rc<Class>]) -> Option<Vec<Rc<Class>>> {
    let mut lists: Vec<Vec<Rc<Class>>> = parents.iter().map(|parent| parent.mro.borrow().clone()).collect();
    lists.push(parents.to_vec());
    for list in &mut lists {
        list.reverse();
    }
    let mut order = Vec::new();
    loop {
        lists.retain(|list| !list.is_empty());
        if lists.is_empty() {
            return Some(order);
        }
        let head = lists.iter().filter_map(|list| list.last()).find(|candidate| {
            lists.iter().all(|list| {
                let tail = &list[..list.len() - 1];
                !tail.iter().any(|class| Rc::ptr_eq(class, candidate))
            })
        });
        let head = head?.clone();
        for list in &mut lists {
            if list.last().is_some_and(|class| Rc::ptr_eq(class, &head)) {
                list.pop();
            }
        }
        order.push(head);
    }
}
