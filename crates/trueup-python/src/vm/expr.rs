//! Expressions.

use std::rc::Rc;

use super::call::OPEN_KEYWORDS;
use super::{Frame, Truth, Vm};
use crate::ast::{Call, CompareOp, Expr, ExprKind, FormatPart, Name, ParamKind};
use crate::class::Annotation;
use crate::error::PyResult;
use crate::native::Args;
use crate::scope::{Scope, ScopeKind};
use crate::value::{Dict, Set, Super, Unknown, Value};

impl Vm {
    pub(crate) fn eval(&mut self, frame: &mut Frame<'_>, expr: &Expr) -> PyResult {
        match &expr.kind {
            ExprKind::None => Ok(Value::None),
            ExprKind::Bool(value) => Ok(Value::Bool(*value)),
            ExprKind::Int(value) => Ok(Value::Int(*value)),
            ExprKind::Float(value) => Ok(Value::Float(*value)),
            ExprKind::Str(text) => Ok(Value::Str(text.clone())),
            ExprKind::Bytes(bytes) => Ok(Value::Bytes(bytes.clone())),
            ExprKind::Ellipsis => Ok(Value::Ellipsis),
            ExprKind::Name(name) => self.load(frame, name, expr),
            _ => {
                self.spend(1)?;
                stacker::maybe_grow(256 << 10, 4 << 20, || self.eval_compound(frame, expr))
            }
        }
    }

    fn eval_compound(&mut self, frame: &mut Frame<'_>, expr: &Expr) -> PyResult {
        match &expr.kind {
            ExprKind::Attribute { value, attr } => {
                let object = self.eval(frame, value)?;
                self.at(&frame.source, expr.span);
                self.getattr(&object, attr)
            }
            ExprKind::Subscript { value, index } => {
                let object = self.eval(frame, value)?;
                let index = self.eval(frame, index)?;
                self.at(&frame.source, expr.span);
                self.getitem(&object, &index)
            }
            ExprKind::Slice { lower, upper, step } => {
                let mut parts = [Value::None, Value::None, Value::None];
                for (slot, part) in parts.iter_mut().zip([lower, upper, step]) {
                    if let Some(part) = part {
                        *slot = self.eval(frame, part)?;
                    }
                }
                if let Some(unknown) = parts.iter().find(|part| part.is_unknown()) {
                    return Ok(unknown.clone());
                }
                Ok(Value::Slice(Rc::new(parts)))
            }
            ExprKind::Call(call) => self.eval_call(frame, call, expr),
            ExprKind::List(items) => match self.eval_items(frame, items)? {
                Ok(items) => Ok(Value::list(items)),
                Err(unknown) => Ok(Value::Unknown(unknown)),
            },
            ExprKind::Tuple(items) => match self.eval_items(frame, items)? {
                Ok(items) => Ok(Value::tuple(items)),
                Err(unknown) => Ok(Value::Unknown(unknown)),
            },
            ExprKind::Set(items) => {
                let items = match self.eval_items(frame, items)? {
                    Ok(items) => items,
                    Err(unknown) => return Ok(Value::Unknown(unknown)),
                };
                let set = Set::default();
                for item in items {
                    let key = self.hash_key(&item)?;
                    set.items.borrow_mut().entry(key).or_insert(item);
                }
                Ok(Value::Set(Rc::new(set)))
            }
            ExprKind::Dict(entries) => self.eval_dict(frame, entries),
            ExprKind::Starred(inner) => self.eval(frame, inner),
            ExprKind::Binary { op, left, right } => {
                let left = self.eval(frame, left)?;
                let right = self.eval(frame, right)?;
                self.at(&frame.source, expr.span);
                self.binary(*op, &left, &right)
            }
            ExprKind::Unary { op, operand } => {
                let value = self.eval(frame, operand)?;
                self.unary(*op, &value)
            }
            ExprKind::BoolOp { is_and, values } => self.eval_bool_op(frame, *is_and, values),
            ExprKind::Compare { left, rest } => self.eval_compare(frame, left, rest),
            ExprKind::Conditional { test, body, orelse } => {
                let value = self.eval(frame, test)?;
                match self.truth(&value)? {
                    Truth::True => self.eval(frame, body),
                    Truth::False => self.eval(frame, orelse),
                    Truth::Unknown(unknown) => {
                        self.scan_skipped_exprs(frame, &[body, orelse], &unknown, test.span);
                        Ok(Value::Unknown(unknown))
                    }
                }
            }
            ExprKind::Walrus { target, value } => {
                let value = self.eval(frame, value)?;
                let mut scope = frame.scope.clone();
                while scope.kind == ScopeKind::Function && scope.function.is_none() {
                    match &scope.parent {
                        Some(parent) => scope = parent.clone(),
                        None => break,
                    }
                }
                let outer = Frame::new(scope, frame.source.clone());
                self.store(&outer, target, value.clone())?;
                Ok(value)
            }
            ExprKind::Lambda(def) => self.make_function(frame, def),
            ExprKind::Comprehension(node) => self.comprehension(frame, node),
            ExprKind::Format(parts) => self.eval_format(frame, parts),
            ExprKind::Await(value) => self.eval(frame, value),
            ExprKind::Yield(value) => {
                let value = match value {
                    Some(value) => self.eval(frame, value)?,
                    None => Value::None,
                };
                match &mut frame.sink {
                    Some(sink) => sink(self, value),
                    None => Ok(Value::None),
                }
            }
            ExprKind::YieldFrom(value) => {
                let source = self.eval(frame, value)?;
                let items = match Self::unknown_iterable(&source) {
                    Some(unknown) => vec![Value::Unknown(unknown)],
                    None => self.iterate(&source)?,
                };
                if let Some(sink) = &mut frame.sink {
                    for item in items {
                        sink(self, item)?;
                    }
                }
                Ok(Value::None)
            }
            ExprKind::Unsupported(what) => {
                Ok(self.unknown_at(frame, expr, format!("{what} is not evaluated")))
            }
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Bytes(_)
            | ExprKind::Ellipsis
            | ExprKind::Name(_) => self.eval(frame, expr),
        }
    }

    fn unknown_at(&mut self, frame: &Frame<'_>, expr: &Expr, reason: String) -> Value {
        self.at(&frame.source, expr.span);
        self.unknown(reason)
    }

    /// Looks a name up as code in this frame sees it.
    fn load(&mut self, frame: &Frame<'_>, name: &Name, expr: &Expr) -> PyResult {
        let mut scope: &Rc<Scope> = &frame.scope;
        let mut is_own = true;
        loop {
            match scope.kind {
                ScopeKind::Module => break,
                ScopeKind::Class if !is_own => {}
                ScopeKind::Class | ScopeKind::Function => {
                    if let Some(value) = scope.vars.borrow().get(name) {
                        return Ok(value.clone());
                    }
                    if let Some(function) = &scope.function {
                        if is_own && function.globals.contains(name) {
                            break;
                        }
                        if is_own && function.locals.contains(name) {
                            self.at(&frame.source, expr.span);
                            return Err(self.raise(
                                "UnboundLocalError",
                                format!("cannot access local variable '{name}' where it is not associated with a value"),
                            ));
                        }
                    }
                }
            }
            // A comprehension sees what the scope around it sees, class bodies included.
            is_own = is_own && scope.kind == ScopeKind::Function && scope.function.is_none();
            match &scope.parent {
                Some(parent) => scope = parent,
                None => break,
            }
        }
        let module = scope.module.clone();
        // The common case without touching the lazy machinery: the module has settled.
        if let Some(value) = self.module_name(&module, name)? {
            return Ok(value);
        }
        if let Some(value) = self.builtins.get(name) {
            return Ok(value.clone());
        }
        if let Some(value) = self.module_special(&module, name)? {
            return Ok(value);
        }
        self.at(&frame.source, expr.span);
        Err(self.raise("NameError", format!("name '{name}' is not defined")))
    }

    fn eval_items(
        &mut self,
        frame: &mut Frame<'_>,
        items: &[Expr],
    ) -> PyResult<Result<Vec<Value>, Rc<Unknown>>> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            if let ExprKind::Starred(inner) = &item.kind {
                let source = self.eval(frame, inner)?;
                if let Some(unknown) = Self::unknown_iterable(&source) {
                    return Ok(Err(unknown));
                }
                values.extend(self.iterate(&source)?);
            } else {
                values.push(self.eval(frame, item)?);
            }
        }
        Ok(Ok(values))
    }

    fn eval_dict(&mut self, frame: &mut Frame<'_>, entries: &[(Option<Expr>, Expr)]) -> PyResult {
        let dict = Rc::new(Dict::default());
        for (key, value) in entries {
            match key {
                Some(key) => {
                    let key = self.eval(frame, key)?;
                    let value = self.eval(frame, value)?;
                    let hash_key = self.hash_key(&key)?;
                    dict.insert(hash_key, key, value);
                }
                None => {
                    let source = self.eval(frame, value)?;
                    if let Some(unknown) = Self::unknown_iterable(&source) {
                        return Ok(Value::Unknown(unknown));
                    }
                    let mut spread = Vec::new();
                    if let Some(other) = source.as_dict() {
                        for (key, (name, value)) in other.entries.borrow().iter() {
                            spread.push((key.clone(), name.clone(), value.clone()));
                        }
                    } else {
                        let mut named = Vec::new();
                        self.spread_keywords(&source, &mut named)?;
                        for (name, value) in named {
                            dict.insert_str(&name, value);
                        }
                    }
                    self.spend(spread.len())?;
                    for (key, name, value) in spread {
                        dict.insert(key, name, value);
                    }
                }
            }
        }
        Ok(Value::Dict(dict))
    }

    fn eval_bool_op(&mut self, frame: &mut Frame<'_>, is_and: bool, values: &[Expr]) -> PyResult {
        let mut doubt: Option<Rc<Unknown>> = None;
        let mut last = Value::None;
        for (index, expr) in values.iter().enumerate() {
            last = self.eval(frame, expr)?;
            match self.truth(&last)? {
                Truth::Unknown(unknown) => {
                    // `unknown and False` is falsy whatever the unknown is, but the operands after it may have
                    // effects: they are only looked at when they are plain values.
                    let rest: Vec<&Expr> = values[index + 1..].iter().collect();
                    if rest.iter().any(|expr| has_call(expr)) {
                        self.scan_skipped_exprs(frame, &rest, &unknown, expr.span);
                        return Ok(Value::Unknown(unknown));
                    }
                    doubt.get_or_insert(unknown);
                }
                truth if truth.is_true() != is_and => {
                    // `unknown or "x"` may be either value; `unknown or True` is true in any case.
                    return Ok(match (doubt, &last) {
                        (Some(unknown), value) if value.as_bool().is_none() => Value::Unknown(unknown),
                        _ => last,
                    });
                }
                _ => {}
            }
        }
        Ok(doubt.map_or(last, Value::Unknown))
    }

    fn eval_compare(&mut self, frame: &mut Frame<'_>, left: &Expr, rest: &[(CompareOp, Expr)]) -> PyResult {
        let mut left = self.eval(frame, left)?;
        let mut answer = Value::Bool(true);
        for (index, (op, right)) in rest.iter().enumerate() {
            let right_value = self.eval(frame, right)?;
            answer = self.compare(*op, &left, &right_value)?;
            if index + 1 < rest.len() {
                match self.truth(&answer)? {
                    Truth::True => {}
                    Truth::False | Truth::Unknown(_) => return Ok(answer),
                }
            }
            left = right_value;
        }
        Ok(answer)
    }

    pub(crate) fn eval_args(
        &mut self,
        frame: &mut Frame<'_>,
        args: &[Expr],
        keywords: &[(Option<Name>, Expr)],
    ) -> PyResult<Result<Args, Rc<Unknown>>> {
        let positional = match self.eval_items(frame, args)? {
            Ok(items) => items,
            Err(unknown) => return Ok(Err(unknown)),
        };
        let mut named = Vec::with_capacity(keywords.len());
        for (name, expr) in keywords {
            let value = self.eval(frame, expr)?;
            match name {
                Some(name) => named.push((name.clone(), value)),
                None => match Self::unknown_iterable(&value) {
                    Some(unknown) => named.push((Rc::from(OPEN_KEYWORDS), Value::Unknown(unknown))),
                    None => self.spread_keywords(&value, &mut named)?,
                },
            }
        }
        Ok(Ok(Args { positional, keywords: named, signature: None }))
    }

    /// Returns why a call cannot be made: `f(**unknown)`. A constructor can be called when it names all its
    /// parameters: those that are not given are unknown then, and the others are as written.
    fn open_call(callee: Option<&Value>, args: &Args) -> Option<Rc<Unknown>> {
        let (_, value) = args.keywords.iter().find(|(name, _)| &**name == OPEN_KEYWORDS)?;
        let unknown = value.as_unknown()?.clone();
        let Some(Value::Class(class)) = callee else { return Some(unknown) };
        let plain = class.metaclass.is_none()
            && class.lookup("__new__").is_none_or(|new| matches!(new, Value::Builtin(_)));
        match class.lookup("__init__") {
            Some(Value::Function(init))
                if plain && init.def.params.iter().all(|param| param.kind != ParamKind::VarKeywords) =>
            {
                None
            }
            _ => Some(unknown),
        }
    }

    fn eval_call(&mut self, frame: &mut Frame<'_>, call: &Call, expr: &Expr) -> PyResult {
        if let ExprKind::Name(name) = &call.function.kind
            && let Some(value) = self.scope_builtin(frame, name, call)?
        {
            return Ok(value);
        }
        if let ExprKind::Attribute { value, attr } = &call.function.kind
            && &**attr == "update"
            && super::stmt::is_globals(value)
        {
            return self.update_globals(frame, call);
        }
        let callee = self.eval(frame, &call.function)?;
        let args = self.eval_args(frame, &call.args, &call.keywords)?;
        let args = match args.and_then(|args| Self::open_call(Some(&callee), &args).map_or(Ok(args), Err)) {
            Ok(args) => args,
            Err(unknown) => {
                // `f(*unknown)`: what is called with is not known, so the call is skipped like a branch.
                self.scan_skipped_exprs(frame, &[expr], &unknown, expr.span);
                return Ok(Value::Unknown(unknown));
            }
        };
        self.at(&frame.source, expr.span);
        if let Value::Unknown(unknown) = &callee
            && !frame.source.is_library
        {
            self.unknown_call(frame, call, expr.span, unknown, &args);
        }
        self.call(&callee, args)
    }

    /// `globals().update(…)` writes to the module.
    fn update_globals(&mut self, frame: &mut Frame<'_>, call: &Call) -> PyResult {
        let args = self.eval_args(frame, &call.args, &call.keywords)?;
        let args = match args.and_then(|args| Self::open_call(None, &args).map_or(Ok(args), Err)) {
            Ok(args) => args,
            Err(unknown) => return Ok(Value::Unknown(unknown)),
        };
        let mut names = Vec::new();
        for source in &args.positional {
            if Self::unknown_iterable(source).is_none() {
                self.spread_keywords(source, &mut names)?;
            }
        }
        names.extend(args.keywords);
        for (name, value) in names {
            frame.scope.module.set(&name, value);
        }
        Ok(Value::None)
    }

    /// Calls that look at the scope they are written in: `super()`, `globals()`, `locals()`, `vars()`.
    fn scope_builtin(&mut self, frame: &mut Frame<'_>, name: &Name, call: &Call) -> PyResult<Option<Value>> {
        if !call.args.is_empty() || !matches!(&**name, "super" | "globals" | "locals" | "vars" | "dir") {
            return Ok(None);
        }
        Ok(match &**name {
            "super" => {
                let mut scope = Some(frame.scope.clone());
                let mut receiver = None;
                while let Some(current) = scope {
                    if let (ScopeKind::Function, Some(function)) = (current.kind, &current.function)
                        && let Some(param) = function.params.first()
                        && let Some(value) = current.get(&param.name)
                    {
                        receiver = Some(value);
                    }
                    if current.kind == ScopeKind::Class {
                        let class = current.class.borrow().as_ref().and_then(std::rc::Weak::upgrade);
                        if let (Some(after), Some(receiver)) = (class, receiver) {
                            return Ok(Some(Value::Super(Rc::new(Super { after, receiver }))));
                        }
                        break;
                    }
                    let parent = current.parent.clone();
                    scope = parent;
                }
                None
            }
            "globals" => Some(self.module_dict(&frame.scope.module.clone())),
            _ => match frame.scope.kind {
                ScopeKind::Module => Some(self.module_dict(&frame.scope.module.clone())),
                ScopeKind::Function => Some(Value::dict_of(frame.scope.vars.borrow().clone())),
                ScopeKind::Class => {
                    let names = Value::dict_of(frame.scope.vars.borrow().clone());
                    if let Value::Dict(dict) = &names {
                        let _ = dict.body.set(Rc::downgrade(&frame.scope));
                    }
                    Some(names)
                }
            },
        })
    }

    fn eval_format(&mut self, frame: &mut Frame<'_>, parts: &[FormatPart]) -> PyResult {
        let mut text = String::new();
        let mut doubt = None;
        for part in parts {
            match part {
                FormatPart::Literal(literal) => text.push_str(literal),
                FormatPart::Field { value, conversion, spec, debug } => {
                    if let Some(debug) = debug {
                        text.push_str(debug);
                    }
                    let value = self.eval(frame, value)?;
                    let value = match conversion {
                        Some('s') => self.str(&value)?,
                        Some(_) => self.repr(&value)?,
                        None if debug.is_some() && spec.is_empty() => self.repr(&value)?,
                        None => value,
                    };
                    let spec = if spec.is_empty() { Value::str("") } else { self.eval_format(frame, spec)? };
                    let formatted = match (&value, &spec) {
                        (Value::Unknown(_), _) => value.clone(),
                        (_, Value::Unknown(_)) => spec.clone(),
                        _ => self.format(&value, &spec.as_str().unwrap_or_default())?,
                    };
                    match formatted.as_str() {
                        Some(formatted) => text.push_str(&formatted),
                        None => {
                            doubt.get_or_insert(formatted);
                        }
                    }
                }
            }
        }
        if let Some(doubt) = doubt {
            return Ok(doubt);
        }
        self.reserve(text.len())?;
        Ok(Value::from(text))
    }

    /// Evaluates an annotation where it was written; a string is parsed first. What cannot be evaluated is unknown.
    pub fn evaluate_annotation(&mut self, annotation: &Annotation) -> Value {
        self.evaluate_in(&annotation.expr, &annotation.scope, &annotation.source)
    }

    /// Evaluates an expression in a scope; a string literal is parsed first. What cannot be evaluated is unknown.
    pub fn evaluate_in(
        &mut self,
        expr: &Expr,
        scope: &Rc<Scope>,
        source: &Rc<crate::place::SourceRef>,
    ) -> Value {
        let saved = self.current.clone();
        self.at(source, expr.span);
        let mut frame = Frame::new(scope.clone(), source.clone());
        let result = match &expr.kind {
            ExprKind::Str(text) => match self.forward_reference(text) {
                Some(parsed) => self.eval(&mut frame, &parsed),
                None => Ok(Value::Str(text.clone())),
            },
            _ => self.eval(&mut frame, expr),
        };
        let value = match result {
            Ok(value) => value,
            Err(raised) => {
                self.at(source, expr.span);
                self.unknown(raised.summary().to_owned())
            }
        };
        self.current = saved;
        value
    }

    /// Returns the expression in the text of a string annotation.
    pub fn forward_reference(&mut self, text: &str) -> Option<Rc<Expr>> {
        if let Some(known) = self.annotations.get(text) {
            return known.clone();
        }
        let parsed = crate::parse::parse_expression(text).map(Rc::new);
        self.annotations.insert(Rc::from(text), parsed.clone());
        parsed
    }
}

fn has_call(expr: &Expr) -> bool {
    let mut found = matches!(expr.kind, ExprKind::Call(_) | ExprKind::Await(_) | ExprKind::Walrus { .. });
    crate::walk::parts(expr, &mut |part| found = found || has_call(part));
    found
}
