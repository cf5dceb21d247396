//! Statements.

use std::rc::Rc;

use super::{NoteKind, Truth, Vm};
use crate::ast::{Expr, ExprKind, Handler, Name, Stmt, StmtKind, Try};
use crate::error::{PyResult, Raised};
use crate::native::Args;
use crate::place::SourceRef;
use crate::scope::{Scope, ScopeKind};
use crate::value::{IterState, Unknown, Value};

/// What receives the values that a generator yields, and answers what `yield` evaluates to.
pub(crate) type Sink<'a> = dyn FnMut(&mut Vm, Value) -> PyResult + 'a;

/// The code that is running: its scope, its text, and where yielded values go.
pub(crate) struct Frame<'a> {
    pub(crate) scope: Rc<Scope>,
    pub(crate) source: Rc<SourceRef>,
    pub(crate) sink: Option<&'a mut Sink<'a>>,
}

impl Frame<'_> {
    pub(crate) fn new(scope: Rc<Scope>, source: Rc<SourceRef>) -> Self {
        Self { scope, source, sink: None }
    }
}

/// How control leaves a statement.
pub(crate) enum Flow {
    /// To the next statement.
    Normal,
    /// Out of the function.
    Return(Value),
    /// Out of the loop.
    Break,
    /// To the next round of the loop.
    Continue,
    /// Nobody knows: a `return` hangs on something unknown.
    Lost(Rc<Unknown>),
    /// Nobody knows: a `break` or `continue` hangs on something unknown.
    LostLoop(Rc<Unknown>),
}

impl Vm {
    pub(crate) fn exec_body(&mut self, frame: &mut Frame<'_>, body: &[Stmt]) -> PyResult<Flow> {
        for (index, stmt) in body.iter().enumerate() {
            match self.exec(frame, stmt)? {
                Flow::Normal => {}
                Flow::Lost(unknown) => {
                    self.skip(frame, &[&body[index + 1..]], &unknown, stmt.span);
                    return Ok(Flow::Lost(unknown));
                }
                Flow::LostLoop(unknown) => {
                    self.skip(frame, &[&body[index + 1..]], &unknown, stmt.span);
                    return Ok(Flow::LostLoop(unknown));
                }
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Normal)
    }

    pub(crate) fn exec(&mut self, frame: &mut Frame<'_>, stmt: &Stmt) -> PyResult<Flow> {
        self.spend(1)?;
        self.at(&frame.source, stmt.span);
        stacker::maybe_grow(256 << 10, 4 << 20, || self.exec_kind(frame, stmt))
    }

    fn exec_kind(&mut self, frame: &mut Frame<'_>, stmt: &Stmt) -> PyResult<Flow> {
        match &stmt.kind {
            StmtKind::Expr(expr) => {
                self.eval(frame, expr)?;
            }
            StmtKind::Assign { targets, value } => {
                let value = self.eval(frame, value)?;
                for target in targets {
                    self.assign(frame, target, value.clone())?;
                }
            }
            StmtKind::AugAssign { target, op, value } => {
                let old = self.eval(frame, target)?;
                let value = self.eval(frame, value)?;
                let new = self.binary_in_place(*op, &old, &value)?;
                self.assign(frame, target, new)?;
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                Self::annotate(frame, target, annotation, *simple);
                if let Some(value) = value {
                    let value = self.eval(frame, value)?;
                    self.assign(frame, target, value)?;
                }
            }
            StmtKind::Return(value) => {
                let value = match value {
                    Some(value) => self.eval(frame, value)?,
                    None => Value::None,
                };
                return Ok(Flow::Return(value));
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    self.delete(frame, target)?;
                }
            }
            StmtKind::If { test, body, orelse } => return self.exec_if(frame, stmt, test, body, orelse),
            StmtKind::For { target, iter, body, orelse } => {
                return self.exec_for(frame, stmt, target, iter, body, orelse);
            }
            StmtKind::While { test, body, orelse } => {
                return self.exec_while(frame, stmt, test, body, orelse);
            }
            StmtKind::With { items, body } => return self.exec_with(frame, items, body),
            StmtKind::Raise { exception, cause } => {
                return Err(self.exec_raise(frame, exception.as_ref(), cause.as_ref())?);
            }
            StmtKind::Try(node) => return self.exec_try(frame, node),
            StmtKind::Assert { test, message } => {
                let value = self.eval(frame, test)?;
                if let Truth::False = self.truth(&value)? {
                    let message = match message {
                        Some(message) => self.eval(frame, message)?,
                        None => Value::str(""),
                    };
                    let text = self.str(&message)?.as_str().unwrap_or_default();
                    return Err(self.raise("AssertionError", text));
                }
            }
            StmtKind::Import(names) => self.exec_import(frame, names)?,
            StmtKind::ImportFrom { module, level, names } => {
                self.exec_import_from(frame, module.as_ref(), *level, names)?;
            }
            StmtKind::Global(_) | StmtKind::Nonlocal(_) | StmtKind::Pass => {}
            StmtKind::FunctionDef(def) => {
                let mut value = self.make_function(frame, def)?;
                for decorator in def.decorators.iter().rev() {
                    let callee = self.eval(frame, decorator)?;
                    self.at(&frame.source, decorator.span);
                    value = self.call(&callee, Args::positional(vec![value]))?;
                }
                self.store_definition(frame, &def.name, value, def.name_span);
            }
            StmtKind::ClassDef(def) => {
                let value = self.define_class(frame, def)?;
                self.store_definition(frame, &def.name, value, def.name_span);
            }
            StmtKind::Match { subject, cases } => return self.exec_match(frame, stmt, subject, cases),
            StmtKind::TypeAlias { name, value } => {
                let annotation = crate::class::Annotation {
                    expr: value.clone(),
                    scope: frame.scope.clone(),
                    source: frame.source.clone(),
                };
                let value = self.evaluate_annotation(&annotation);
                self.store(frame, name, value)?;
            }
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Unsupported(what) => {
                return Err(self.abort(format!("{what} cannot be evaluated")));
            }
        }
        Ok(Flow::Normal)
    }

    fn store_definition(&mut self, frame: &Frame<'_>, name: &Name, value: Value, span: crate::ast::Span) {
        if frame.scope.kind == ScopeKind::Class {
            frame.scope.spans.borrow_mut().insert(name.clone(), span);
        }
        // A definition is never declared in an outer function that is missing, so this cannot fail in practice.
        let _ = self.store(frame, name, value);
    }

    fn annotate(frame: &Frame<'_>, target: &Expr, annotation: &Rc<Expr>, simple: bool) {
        if let (ScopeKind::Class, true, ExprKind::Name(name)) = (frame.scope.kind, simple, &target.kind) {
            frame.scope.spans.borrow_mut().insert(name.clone(), target.span);
            frame.scope.annotations.borrow_mut().insert(
                name.clone(),
                crate::class::Annotation {
                    expr: annotation.clone(),
                    scope: frame.scope.clone(),
                    source: frame.source.clone(),
                },
            );
        }
    }

    /// Binds a name as assignment in this frame does.
    pub(crate) fn store(&mut self, frame: &Frame<'_>, name: &Name, value: Value) -> PyResult<()> {
        let scope = &frame.scope;
        if scope.kind == ScopeKind::Module {
            scope.module.set(name, value);
            return Ok(());
        }
        if let Some(function) = &scope.function {
            if function.globals.contains(name) {
                scope.module.set(name, value);
                return Ok(());
            }
            if function.nonlocals.contains(name) {
                let mut outer = scope.parent.clone();
                while let Some(candidate) = outer {
                    if candidate.kind == ScopeKind::Function && candidate.vars.borrow().contains_key(name) {
                        candidate.set(name.clone(), value);
                        return Ok(());
                    }
                    let parent = candidate.parent.clone();
                    outer = parent;
                }
                return Err(self.raise("SyntaxError", format!("no binding for nonlocal '{name}' found")));
            }
        }
        scope.set(name.clone(), value);
        Ok(())
    }

    pub(crate) fn assign(&mut self, frame: &mut Frame<'_>, target: &Expr, value: Value) -> PyResult<()> {
        match &target.kind {
            ExprKind::Name(name) => {
                if frame.scope.kind == ScopeKind::Class {
                    frame.scope.spans.borrow_mut().insert(name.clone(), target.span);
                }
                self.store(frame, name, value)
            }
            ExprKind::Attribute { value: object, attr } => {
                let object = self.eval(frame, object)?;
                self.at(&frame.source, target.span);
                self.setattr(&object, attr, value)
            }
            ExprKind::Subscript { value: object, index } => {
                if is_globals(object) {
                    let index = self.eval(frame, index)?;
                    if let Some(name) = index.as_str() {
                        frame.scope.module.set(&name, value);
                    }
                    return Ok(());
                }
                let object = self.eval(frame, object)?;
                let index = self.eval(frame, index)?;
                self.setitem(&object, &index, value)
            }
            ExprKind::Tuple(targets) | ExprKind::List(targets) => self.unpack(frame, targets, value),
            ExprKind::Starred(inner) => {
                let items = self.iterate(&value)?;
                self.assign(frame, inner, Value::list(items))
            }
            _ => Err(self.raise("SyntaxError", "cannot assign to this expression")),
        }
    }

    fn unpack(&mut self, frame: &mut Frame<'_>, targets: &[Expr], value: Value) -> PyResult<()> {
        if let Some(unknown) = Self::unknown_iterable(&value) {
            for target in targets {
                let target = match &target.kind {
                    ExprKind::Starred(inner) => inner,
                    _ => target,
                };
                self.assign(frame, target, Value::Unknown(unknown.clone()))?;
            }
            return Ok(());
        }
        let items = self.iterate(&value)?;
        let star = targets.iter().position(|target| matches!(target.kind, ExprKind::Starred(_)));
        let fits = match star {
            Some(_) => items.len() + 1 >= targets.len(),
            None => items.len() == targets.len(),
        };
        if !fits {
            let expected = targets.len() - usize::from(star.is_some());
            return Err(self.raise(
                "ValueError",
                if items.len() < expected {
                    format!("not enough values to unpack (expected {expected}, got {})", items.len())
                } else {
                    format!("too many values to unpack (expected {expected})")
                },
            ));
        }
        let surplus = items.len() + 1 - targets.len().min(items.len() + 1);
        let mut items = items.into_iter();
        for (index, target) in targets.iter().enumerate() {
            if star == Some(index) {
                let rest = items.by_ref().take(surplus).collect();
                if let ExprKind::Starred(inner) = &target.kind {
                    self.assign(frame, inner, Value::list(rest))?;
                }
            } else {
                let item = items.next().unwrap_or(Value::None);
                self.assign(frame, target, item)?;
            }
        }
        Ok(())
    }

    fn delete(&mut self, frame: &mut Frame<'_>, target: &Expr) -> PyResult<()> {
        match &target.kind {
            ExprKind::Name(name) => {
                let removed = match frame.scope.kind {
                    ScopeKind::Module => frame.scope.module.vars.borrow_mut().shift_remove(name),
                    _ => frame.scope.vars.borrow_mut().shift_remove(name),
                };
                if removed.is_none() {
                    return Err(self.raise("NameError", format!("name '{name}' is not defined")));
                }
                Ok(())
            }
            ExprKind::Attribute { value, attr } => {
                let value = self.eval(frame, value)?;
                self.delattr(&value, attr)
            }
            ExprKind::Subscript { value, index } => {
                let value = self.eval(frame, value)?;
                let index = self.eval(frame, index)?;
                self.delitem(&value, &index)
            }
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                for target in targets {
                    self.delete(frame, target)?;
                }
                Ok(())
            }
            _ => Err(self.raise("SyntaxError", "cannot delete this expression")),
        }
    }

    fn exec_if(
        &mut self,
        frame: &mut Frame<'_>,
        stmt: &Stmt,
        test: &Expr,
        body: &[Stmt],
        orelse: &[Stmt],
    ) -> PyResult<Flow> {
        if crate::import_graph::is_type_checking(test) {
            return self.exec_body(frame, orelse);
        }
        let value = self.eval(frame, test)?;
        match self.truth(&value)? {
            Truth::True => self.exec_body(frame, body),
            Truth::False => self.exec_body(frame, orelse),
            Truth::Unknown(unknown) => self.exec_unknown_arms(frame, stmt, test, body, orelse, &unknown),
        }
    }

    /// Neither arm runs, except that an arm which can only raise is taken as a guard that does not fire.
    pub(crate) fn exec_unknown_arms(
        &mut self,
        frame: &mut Frame<'_>,
        stmt: &Stmt,
        test: &Expr,
        body: &[Stmt],
        orelse: &[Stmt],
        unknown: &Rc<Unknown>,
    ) -> PyResult<Flow> {
        let (guard, other) = if super::skipped::always_raises(body) {
            (true, orelse)
        } else if super::skipped::always_raises(orelse) {
            (true, body)
        } else {
            (false, orelse)
        };
        if guard {
            self.at(&frame.source, test.span);
            let place = self.current_place();
            self.note_at(NoteKind::AssumedGuard, format!("taken as not raising: {}", unknown.reason), place);
            return self.exec_body(frame, other);
        }
        self.skip(frame, &[body, orelse], unknown, test.span);
        let _ = stmt;
        Ok(super::skipped::lost_flow(&[body, orelse], unknown))
    }

    fn exec_while(
        &mut self,
        frame: &mut Frame<'_>,
        stmt: &Stmt,
        test: &Expr,
        body: &[Stmt],
        orelse: &[Stmt],
    ) -> PyResult<Flow> {
        loop {
            self.spend(1)?;
            let value = self.eval(frame, test)?;
            match self.truth(&value)? {
                Truth::True => {}
                Truth::False => return self.exec_body(frame, orelse),
                Truth::Unknown(unknown) => {
                    self.skip(frame, &[body], &unknown, test.span);
                    return Ok(super::skipped::lost_in_loop(body, &unknown));
                }
            }
            match self.exec_body(frame, body)? {
                Flow::Normal | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Normal),
                Flow::LostLoop(unknown) => {
                    self.skip(frame, &[body], &unknown, stmt.span);
                    return Ok(Flow::Normal);
                }
                flow => return Ok(flow),
            }
        }
    }

    fn exec_for(
        &mut self,
        frame: &mut Frame<'_>,
        stmt: &Stmt,
        target: &Expr,
        iter: &Expr,
        body: &[Stmt],
        orelse: &[Stmt],
    ) -> PyResult<Flow> {
        let source = self.eval(frame, iter)?;
        if let Some(unknown) = Self::unknown_iterable(&source) {
            self.skip_loop(frame, stmt, iter, target, body, &unknown);
            return Ok(super::skipped::lost_in_loop(body, &unknown));
        }
        if let Value::Iterator(iterator) = &source {
            let pending = matches!(*iterator.state.borrow(), IterState::Generator { .. });
            if pending {
                let flow = self.for_over_generator(frame, &iterator.clone(), target, body)?;
                return match flow {
                    Flow::Normal => self.exec_body(frame, orelse),
                    Flow::Break => Ok(Flow::Normal),
                    Flow::LostLoop(unknown) => {
                        self.skip(frame, &[body], &unknown, stmt.span);
                        Ok(Flow::Normal)
                    }
                    flow => Ok(flow),
                };
            }
        }
        let iterator = self.iter(&source)?;
        while let Some(item) = self.next(&iterator)? {
            self.assign(frame, target, item)?;
            match self.exec_body(frame, body)? {
                Flow::Normal | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Normal),
                Flow::LostLoop(unknown) => {
                    self.skip(frame, &[body], &unknown, stmt.span);
                    return Ok(Flow::Normal);
                }
                flow => return Ok(flow),
            }
            self.at(&frame.source, stmt.span);
        }
        self.exec_body(frame, orelse)
    }

    fn exec_with(
        &mut self,
        frame: &mut Frame<'_>,
        items: &[(Expr, Option<Expr>)],
        body: &[Stmt],
    ) -> PyResult<Flow> {
        let Some(((expr, target), rest)) = items.split_first() else { return self.exec_body(frame, body) };
        let manager = self.eval(frame, expr)?;
        self.at(&frame.source, expr.span);
        if let Value::Instance(instance) = &manager
            && instance.class.is_named("contextlib._GeneratorContextManager")
            && let Some(Value::Iterator(iterator)) = instance.get("_generator")
        {
            let pending = matches!(*iterator.state.borrow(), IterState::Generator { .. });
            if pending {
                return self.with_generator(frame, &iterator, target.as_ref(), rest, body);
            }
        }
        let site = self.current_place();
        let Some(entered) = self.enter_or_exit(&manager, "__enter__", Vec::new())? else {
            return Err(self.type_error(format!(
                "'{}' object does not support the context manager protocol",
                self.type_name(&manager)
            )));
        };
        if let Some(target) = target {
            self.assign(frame, target, entered)?;
        }
        let result = self.exec_with(frame, rest, body);
        let (details, raised) = match &result {
            Err(Raised::Exception(exception)) => {
                let class = Value::Class(self.class_of(&exception.value));
                (vec![class, exception.value.clone(), Value::None], true)
            }
            Err(Raised::Abort(_)) => return result,
            Ok(_) => (vec![Value::None, Value::None, Value::None], false),
        };
        self.current = site;
        let answer = self.enter_or_exit(&manager, "__exit__", details)?;
        if raised
            && let Some(answer) = answer
            && self.truth(&answer)?.is_true()
        {
            return Ok(Flow::Normal);
        }
        result
    }

    fn enter_or_exit(&mut self, manager: &Value, name: &str, args: Vec<Value>) -> PyResult<Option<Value>> {
        let asynchronous = if name == "__enter__" { "__aenter__" } else { "__aexit__" };
        for name in [name, asynchronous] {
            if let Some(method) = self.lookup_attr(manager, name)? {
                return self.call(&method, Args::positional(args)).map(Some);
            }
        }
        Ok(None)
    }

    pub(crate) fn exec_with_rest(
        &mut self,
        frame: &mut Frame<'_>,
        items: &[(Expr, Option<Expr>)],
        body: &[Stmt],
    ) -> PyResult<Flow> {
        self.exec_with(frame, items, body)
    }

    /// Returns what to raise.
    fn exec_raise(
        &mut self,
        frame: &mut Frame<'_>,
        exception: Option<&Expr>,
        cause: Option<&Expr>,
    ) -> PyResult<Raised> {
        let Some(expr) = exception else {
            return match self.handling.last() {
                Some(raised) => Ok(raised.clone()),
                None => Ok(self.raise("RuntimeError", "No active exception to reraise")),
            };
        };
        let span = expr.span;
        let mut value = self.eval(frame, expr)?;
        if let Some(cause) = cause {
            let cause = self.eval(frame, cause)?;
            if let Value::Instance(instance) = &value {
                instance.set("__cause__", cause);
            }
        }
        self.at(&frame.source, span);
        if let Value::Class(class) = &value
            && class.is_subclass(&self.types.base_exception)
        {
            value = self.construct(&class.clone(), Args::default())?;
        }
        match &value {
            Value::Instance(instance)
                if instance.class.is_subclass(&self.types.base_exception)
                    || instance.class.unknown_base.is_some() =>
            {
                let mut raised = self.raise_value(value.clone());
                if instance.class.lookup("__str__").is_some()
                    && let (Raised::Exception(exception), Value::Str(text)) = (&mut raised, self.str(&value)?)
                {
                    exception.summary = format!("{}: {text}", instance.class.name);
                }
                Ok(raised)
            }
            Value::Unknown(unknown) => {
                let reason = format!("an exception that is not known: {}", unknown.reason);
                Ok(self.raise("Exception", reason))
            }
            _ => Ok(self.type_error("exceptions must derive from BaseException")),
        }
    }

    fn exec_try(&mut self, frame: &mut Frame<'_>, node: &Try) -> PyResult<Flow> {
        let mut result = self.exec_body(frame, &node.body);
        match result {
            Err(Raised::Exception(_)) => {
                if let Err(raised) = result {
                    result = self.handle(frame, &node.handlers, raised);
                }
            }
            Ok(Flow::Normal) => result = self.exec_body(frame, &node.orelse),
            _ => {}
        }
        if matches!(result, Err(Raised::Abort(_))) || node.finalbody.is_empty() {
            return result;
        }
        match self.exec_body(frame, &node.finalbody)? {
            Flow::Normal => result,
            flow => Ok(flow),
        }
    }

    fn handle(&mut self, frame: &mut Frame<'_>, handlers: &[Handler], raised: Raised) -> PyResult<Flow> {
        let Raised::Exception(exception) = &raised else { return Err(raised) };
        let value = exception.value.clone();
        for handler in handlers {
            if let Some(class) = &handler.class {
                let class = self.eval(frame, class)?;
                if !self.catches(&class, &value) {
                    continue;
                }
            }
            if let Some(name) = &handler.name {
                self.store(frame, name, value.clone())?;
            }
            self.handling.push(raised.clone());
            let result = self.exec_body(frame, &handler.body);
            self.handling.pop();
            if let Some(name) = &handler.name {
                match frame.scope.kind {
                    ScopeKind::Module => frame.scope.module.vars.borrow_mut().shift_remove(name),
                    _ => frame.scope.vars.borrow_mut().shift_remove(name),
                };
            }
            return result;
        }
        Err(raised)
    }

    /// An unknown class is taken to catch nothing that our own code raised: it is of a library that is not here.
    fn catches(&self, class: &Value, value: &Value) -> bool {
        match class {
            Value::Class(class) => self.is_instance(value, class),
            Value::Tuple(classes) => classes.iter().any(|class| self.catches(class, value)),
            _ => false,
        }
    }
}

/// Tells whether an expression is `globals()`: what is written to that dict is written to the module.
pub(crate) fn is_globals(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(call) => {
            call.args.is_empty()
                && matches!(&call.function.kind, ExprKind::Name(name) if &**name == "globals")
        }
        _ => false,
    }
}
