//! Code that does not run because it hangs on something unknown: what it could have written becomes unknown, and the
//! embedder hears of it when it has effects.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Flow, Frame, Vm};
use crate::ast::{Call, Expr, ExprKind, Span, Stmt, StmtKind};
use crate::module::{Names, root_name};
use crate::native::{Args, Callee, Effect, UnknownBranch, UnknownCall};
use crate::place::{Place, SourceRef};
use crate::scope::{Scope, ScopeKind};
use crate::value::{Unknown, Value};

/// Functions already looked into during one scan, and what scans have found before.
#[derive(Default)]
pub(crate) struct ScanState {
    visited: FxHashSet<usize>,
    /// By the address of a block; syntax trees live as long as the machine.
    known: FxHashMap<(usize, usize), Found>,
}

/// What a scan has found.
#[derive(Clone)]
struct Found {
    effect: Effect,
    calls: Vec<Place>,
    /// A callee came from a local variable, so another call of the function may find something else.
    is_local: bool,
}

impl Found {
    fn nothing() -> Self {
        Self { effect: Effect::None, calls: Vec::new(), is_local: false }
    }

    fn add(&mut self, effect: Effect, place: Place) {
        if effect > self.effect {
            self.effect = effect;
            self.calls.clear();
        }
        if effect == self.effect && effect != Effect::None && self.calls.len() < 50 {
            self.calls.push(place);
        }
    }
}

/// Tells whether a block does nothing but raise.
pub(crate) fn always_raises(body: &[Stmt]) -> bool {
    match body.last().map(|stmt| &stmt.kind) {
        Some(StmtKind::Raise { .. }) => true,
        Some(StmtKind::If { body, orelse, .. }) => always_raises(body) && always_raises(orelse),
        _ => false,
    }
}

/// Returns how control goes on after blocks of which nobody knows whether they ran.
pub(crate) fn lost_flow(bodies: &[&[Stmt]], unknown: &Rc<Unknown>) -> Flow {
    if bodies.iter().any(|body| leaves(body, false, true)) {
        Flow::Lost(unknown.clone())
    } else if bodies.iter().any(|body| leaves(body, true, false)) {
        Flow::LostLoop(unknown.clone())
    } else {
        Flow::Normal
    }
}

/// Returns how control goes on after a loop that did not run.
pub(crate) fn lost_in_loop(body: &[Stmt], unknown: &Rc<Unknown>) -> Flow {
    if leaves(body, false, true) { Flow::Lost(unknown.clone()) } else { Flow::Normal }
}

/// Tells whether a block contains a `break` or `continue` of the loop around it, or a `return`.
fn leaves(body: &[Stmt], by_break: bool, by_return: bool) -> bool {
    body.iter().any(|stmt| match &stmt.kind {
        StmtKind::Break | StmtKind::Continue => by_break,
        StmtKind::Return(_) => by_return,
        StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => false,
        StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
            leaves(body, false, by_return) || leaves(orelse, by_break, by_return)
        }
        _ => {
            let mut found = false;
            crate::walk::stmt_parts(stmt, &mut |_| {}, &mut |body| {
                found = found || leaves(body, by_break, by_return);
            });
            found
        }
    })
}

/// Methods that change the object they are called on.
const MUTATORS: &[&str] = &[
    "append",
    "extend",
    "insert",
    "add",
    "update",
    "setdefault",
    "pop",
    "popitem",
    "remove",
    "discard",
    "clear",
    "sort",
    "reverse",
];

/// How a chain begins that looks a function up by its name in the module that it is written in.
const OWN_NAMESPACE: &[&str] = &["globals()[]", "globals().get()", "locals()[]", "vars()[]", "eval()"];

impl Vm {
    /// Takes blocks as not known to have run.
    pub(crate) fn skip(
        &mut self,
        frame: &mut Frame<'_>,
        bodies: &[&[Stmt]],
        unknown: &Rc<Unknown>,
        span: Span,
    ) {
        for body in bodies {
            self.poison(frame, body, unknown);
        }
        let mut found = Found::nothing();
        for body in bodies {
            let inside = self.scan_block(frame, body);
            for place in inside.calls {
                found.add(inside.effect, place);
            }
        }
        self.report(&frame.source.clone(), span, unknown, found);
    }

    /// Scans a block, or remembers what scanning it has found: a loop that is skipped thousands of times would
    /// otherwise be scanned thousands of times, with every function it calls.
    fn scan_block(&mut self, frame: &Frame<'_>, body: &[Stmt]) -> Found {
        let key = (body.as_ptr() as usize, body.len());
        if let Some(known) = self.scan.known.get(&key) {
            return known.clone();
        }
        let mut found = Found::nothing();
        self.scan.visited.clear();
        self.scan_body(&frame.scope, &frame.source, body, &mut found, 0);
        // Where the fuel ran out the scan is not complete.
        if !found.is_local && self.spend(0).is_ok() {
            self.scan.known.insert(key, found.clone());
        }
        found
    }

    pub(crate) fn skip_loop(
        &mut self,
        frame: &mut Frame<'_>,
        stmt: &Stmt,
        iter: &Expr,
        target: &Expr,
        body: &[Stmt],
        unknown: &Rc<Unknown>,
    ) {
        let _ = stmt;
        if let ExprKind::Name(name) = &target.kind {
            let _ = self.store(frame, name, Value::Unknown(unknown.clone()));
        }
        self.skip(frame, &[body], unknown, iter.span);
    }

    pub(crate) fn scan_skipped_exprs(
        &mut self,
        frame: &Frame<'_>,
        exprs: &[&Expr],
        unknown: &Rc<Unknown>,
        span: Span,
    ) {
        let mut found = Found::nothing();
        self.scan.visited.clear();
        for expr in exprs {
            self.scan_expr(&frame.scope, &frame.source, expr, &mut found, 0);
        }
        self.report(&frame.source.clone(), span, unknown, found);
    }

    /// Takes note of a call of something unknown.
    ///
    /// `globals()["upgrade_" + name]()` is a call of one of the module's own functions, whichever it is; what anything
    /// else may do only the embedder can judge, by what it is handed.
    pub(crate) fn unknown_call(
        &mut self,
        frame: &Frame<'_>,
        call: &Call,
        span: Span,
        unknown: &Rc<Unknown>,
        args: &Args,
    ) {
        let callee = chain_text(&call.function);
        if OWN_NAMESPACE.iter().any(|start| callee.starts_with(start)) {
            let module = frame.scope.module.clone();
            let Some(scope) = module.scope.borrow().clone() else { return };
            let mut found = Found::nothing();
            self.scan.visited.clear();
            for stmt in &module.ast.body {
                let is_caller = stmt.span.start <= span.start && span.end <= stmt.span.end;
                if let StmtKind::FunctionDef(def) = &stmt.kind
                    && !is_caller
                {
                    self.scan_body(&scope, &frame.source, &def.body, &mut found, 0);
                }
            }
            self.report(&frame.source.clone(), span, unknown, found);
            return;
        }
        let place = Place { source: frame.source.clone(), span };
        let host = self.host.clone();
        host.on_unknown_call(self, &UnknownCall { place, callee: &callee, reason: unknown.clone(), args });
    }

    fn report(&mut self, source: &Rc<SourceRef>, span: Span, unknown: &Rc<Unknown>, found: Found) {
        if found.effect == Effect::None {
            return;
        }
        let branch = UnknownBranch {
            place: Place { source: source.clone(), span },
            reason: unknown.clone(),
            effect: found.effect,
            calls: found.calls,
        };
        let host = self.host.clone();
        host.on_unknown_branch(self, &branch);
    }

    /// Makes unknown what blocks could have written.
    fn poison(&mut self, frame: &mut Frame<'_>, body: &[Stmt], unknown: &Rc<Unknown>) {
        for name in Names::bound_by(body) {
            // A name that is not declared where it should be has nothing to poison.
            let _ = self.store(frame, &name, Value::Unknown(unknown.clone()));
        }
        let mut targets = Vec::new();
        written_objects(body, &mut targets);
        for target in targets {
            self.poison_object(frame, target, unknown);
        }
    }

    fn poison_object(&mut self, frame: &mut Frame<'_>, target: &Expr, unknown: &Rc<Unknown>) {
        match &target.kind {
            ExprKind::Attribute { value, attr } => {
                if let Some(Value::Instance(instance)) = self.peek(&frame.scope.clone(), value) {
                    instance.set(attr, Value::Unknown(unknown.clone()));
                }
            }
            ExprKind::Subscript { value, .. } => self.poison_object(frame, value, unknown),
            ExprKind::Name(name) => {
                let is_container = matches!(
                    self.peek(&frame.scope.clone(), target),
                    Some(Value::List(_) | Value::Dict(_) | Value::Set(_))
                );
                if is_container {
                    let _ = self.store(frame, name, Value::Unknown(unknown.clone()));
                }
            }
            _ => {}
        }
    }

    fn scan_body(
        &mut self,
        scope: &Rc<Scope>,
        source: &Rc<SourceRef>,
        body: &[Stmt],
        found: &mut Found,
        depth: usize,
    ) {
        for stmt in body {
            if self.spend(1).is_err() {
                return;
            }
            let mut exprs: Vec<&Expr> = Vec::new();
            let mut bodies: Vec<&[Stmt]> = Vec::new();
            crate::walk::stmt_parts(stmt, &mut |expr| exprs.push(expr), &mut |body| bodies.push(body));
            for expr in exprs {
                self.scan_expr(scope, source, expr, found, depth);
            }
            stacker::maybe_grow(256 << 10, 4 << 20, || {
                for body in bodies {
                    self.scan_body(scope, source, body, found, depth);
                }
            });
        }
    }

    fn scan_expr(
        &mut self,
        scope: &Rc<Scope>,
        source: &Rc<SourceRef>,
        expr: &Expr,
        found: &mut Found,
        depth: usize,
    ) {
        if let ExprKind::Call(call) = &expr.kind {
            self.scan_call(scope, source, call, expr.span, found, depth);
        }
        let mut parts = Vec::new();
        crate::walk::parts(expr, &mut |part| parts.push(part));
        stacker::maybe_grow(256 << 10, 4 << 20, || {
            for part in parts {
                self.scan_expr(scope, source, part, found, depth);
            }
        });
    }

    fn scan_call(
        &mut self,
        scope: &Rc<Scope>,
        source: &Rc<SourceRef>,
        call: &Call,
        span: Span,
        found: &mut Found,
        depth: usize,
    ) {
        let place = Place { source: source.clone(), span };
        let callee = self.peek(scope, &call.function);
        let host = self.host.clone();
        let effect = match &callee {
            Some(value) if !value.is_unknown() => host.call_effect(self, &Callee::Value(value), call),
            _ => {
                let text = chain_text(&call.function);
                host.call_effect(self, &Callee::Unresolved(&text), call)
            }
        };
        found.add(effect, place);
        // `conn.execute()` is judged alike whatever `conn` is this time; `callback()` is not.
        found.is_local |= matches!(&call.function.kind, ExprKind::Name(name) if is_local(scope, name));
        let function = match callee {
            Some(Value::Function(function)) => Some(function),
            Some(Value::BoundMethod(method)) => match &method.function {
                Value::Function(function) => Some(function.clone()),
                _ => None,
            },
            Some(Value::StaticMethod(inner) | Value::ClassMethod(inner)) => match &*inner {
                Value::Function(function) => Some(function.clone()),
                _ => None,
            },
            Some(Value::Class(class)) => match class.lookup("__init__") {
                Some(Value::Function(function)) => Some(function),
                _ => None,
            },
            _ => None,
        };
        if let Some(function) = function
            && !function.source.is_library
            && depth < 50
            && self.scan.visited.insert(Rc::as_ptr(&function.def) as usize)
        {
            let inner = Rc::new(Scope::new(
                ScopeKind::Function,
                Some(function.scope.clone()),
                function.scope.module.clone(),
            ));
            let body_source = function.source.clone();
            let mut inside = Found::nothing();
            stacker::maybe_grow(256 << 10, 4 << 20, || {
                self.scan_body(&inner, &body_source, &function.def.body, &mut inside, depth + 1);
            });
            found.is_local |= inside.is_local;
            for place in inside.calls {
                found.add(inside.effect, place);
            }
        }
    }

    /// Returns what a chain of names and attributes stands for, without running properties or calls.
    pub(crate) fn peek(&mut self, scope: &Rc<Scope>, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Name(name) => {
                let mut current = Some(scope.clone());
                let mut is_own = true;
                while let Some(scope) = current {
                    if scope.kind == ScopeKind::Module {
                        return match self.module_name(&scope.module, name) {
                            Ok(Some(value)) => Some(value),
                            _ => self.builtins.get(name).cloned(),
                        };
                    }
                    if (is_own || scope.kind == ScopeKind::Function)
                        && let Some(value) = scope.get(name)
                    {
                        return Some(value);
                    }
                    is_own = false;
                    let parent = scope.parent.clone();
                    current = parent;
                }
                None
            }
            ExprKind::Attribute { value, attr } => match self.peek(scope, value)? {
                Value::Module(module) => self.module_attr_of(&module, attr).ok().flatten(),
                Value::Instance(instance) => instance
                    .get(attr)
                    .or_else(|| instance.class.lookup(attr))
                    .filter(|v| !matches!(v, Value::Property(_))),
                Value::Class(class) => class.lookup(attr),
                Value::Unknown(unknown) => Some(Value::Unknown(unknown)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Tells whether a name is bound in a function around, rather than in the module.
fn is_local(scope: &Rc<Scope>, name: &str) -> bool {
    let mut current = Some(scope);
    while let Some(scope) = current.filter(|scope| scope.kind != ScopeKind::Module) {
        if scope.get(name).is_some() {
            return true;
        }
        current = scope.parent.as_ref();
    }
    false
}

/// Collects what assignments to attributes and subscripts, and mutating methods, write to.
fn written_objects<'a>(body: &'a [Stmt], found: &mut Vec<&'a Expr>) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Assign { targets, .. } => {
                found.extend(targets.iter().filter(|t| !matches!(t.kind, ExprKind::Name(_))));
            }
            StmtKind::AugAssign { target, .. } | StmtKind::AnnAssign { target, .. } => found.push(target),
            StmtKind::Expr(Expr { kind: ExprKind::Call(call), .. }) => {
                if let ExprKind::Attribute { value, attr } = &call.function.kind
                    && MUTATORS.contains(&&**attr)
                {
                    found.push(value);
                }
            }
            _ => {}
        }
        crate::walk::stmt_parts(stmt, &mut |_| {}, &mut |body| written_objects(body, found));
    }
}

/// Returns the text of a chain such as `batch_op.add_column`.
fn chain_text(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Attribute { value, attr } => format!("{}.{attr}", chain_text(value)),
        ExprKind::Call(call) => format!("{}()", chain_text(&call.function)),
        ExprKind::Subscript { value, .. } => format!("{}[]", chain_text(value)),
        _ => root_name(expr).map_or_else(|| "…".to_owned(), ToString::to_string),
    }
}
