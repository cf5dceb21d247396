//! Modules: parsed once, indexed by the names their statements bind or touch, evaluated lazily or as a whole.
//!
//! The evaluation itself is in `vm::modules`; here is only what a module remembers.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::ast::{Expr, ExprKind, ModuleAst, Name, Pattern, Stmt, StmtKind};
use crate::attributes::AttrMap;
use crate::place::SourceRef;
use crate::scope::Scope;
use crate::value::{Unknown, Value};

/// A module.
pub struct Module {
    /// Dotted name.
    pub name: Name,
    /// What its places refer to.
    pub source: Rc<SourceRef>,
    /// What kind of module it is.
    pub kind: ModuleKind,
    /// It is a package.
    pub is_package: bool,
    /// The names evaluated so far, and those set from outside.
    pub vars: RefCell<AttrMap>,
    /// The syntax (empty for modules without source).
    pub ast: Rc<ModuleAst>,
    pub(crate) index: RefCell<FxHashMap<Name, NameState>>,
    pub(crate) states: Vec<Cell<StmtState>>,
    pub(crate) stars: Vec<usize>,
    pub(crate) star_next: Cell<usize>,
    pub(crate) running: Cell<Option<usize>>,
    /// The statements that others can notice have been run.
    pub(crate) has_effects_run: Cell<bool>,
    pub(crate) run: Cell<RunState>,
    pub(crate) scope: RefCell<Option<Rc<Scope>>>,
    mentions_globals: OnceCell<bool>,
}

/// What kind of module it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleKind {
    /// Python source.
    Source,
    /// A folder without `__init__.py`.
    Namespace,
    /// A module of ours.
    Native,
    /// Not part of the project: every attribute is unknown.
    Opaque,
}

/// Which statements concern a name, and how far they have been run.
#[derive(Default)]
pub(crate) struct NameState {
    pub(crate) stmts: Vec<u32>,
    pub(crate) next: usize,
}

/// The state of one top-level statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StmtState {
    NotRun,
    Running,
    Done,
    Failed,
}

/// Whether the module as a whole is being or has been run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunState {
    NotRun,
    Running,
    Done,
}

impl Module {
    /// Returns a module over parsed source.
    pub(crate) fn new(
        name: Name,
        source: Rc<SourceRef>,
        kind: ModuleKind,
        is_package: bool,
        ast: Rc<ModuleAst>,
    ) -> Self {
        let mut index: FxHashMap<Name, NameState> = FxHashMap::default();
        let mut stars = Vec::new();
        for (position, stmt) in ast.body.iter().enumerate() {
            let mut names = Names::default();
            names.stmt(stmt);
            if names.has_star {
                stars.push(position);
            }
            for name in names.found {
                let state = index.entry(name).or_default();
                if state.stmts.last() != Some(&(position as u32)) {
                    state.stmts.push(position as u32);
                }
            }
        }
        let states = ast.body.iter().map(|_| Cell::new(StmtState::NotRun)).collect();
        Self {
            name,
            source,
            kind,
            is_package,
            vars: RefCell::default(),
            ast,
            index: RefCell::new(index),
            states,
            stars,
            star_next: Cell::new(0),
            running: Cell::new(None),
            has_effects_run: Cell::new(false),
            run: Cell::new(RunState::NotRun),
            scope: RefCell::default(),
            mentions_globals: OnceCell::new(),
        }
    }

    /// Tells whether code uses `globals`, so that names may be bound that no statement shows.
    pub(crate) fn mentions_globals(&self) -> bool {
        *self.mentions_globals.get_or_init(|| mentions_globals(&self.ast.body))
    }

    /// Tells whether a top-level statement has been run, to its end or to an exception.
    pub(crate) fn is_done(&self, index: u32) -> bool {
        let state = self.states.get(index as usize).map(Cell::get);
        matches!(state, Some(StmtState::Done | StmtState::Failed))
    }

    /// Returns the value of a name that was evaluated or set, without evaluating anything.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.vars.borrow().get(name).cloned()
    }

    /// Sets a name.
    pub fn set(&self, name: &str, value: Value) {
        let old = self.vars.borrow_mut().insert(Rc::from(name), value);
        drop(old);
    }

    /// Returns every name that top-level statements bind or touch, in no order, and those already set.
    pub fn known_names(&self) -> Vec<Name> {
        let mut names: Vec<(u32, Name)> = self
            .index
            .borrow()
            .iter()
            .map(|(name, state)| (state.stmts.first().copied().unwrap_or(0), name.clone()))
            .collect();
        names.sort();
        let mut names: Vec<Name> = names.into_iter().map(|(_, name)| name).collect();
        for name in self.vars.borrow().keys() {
            if !self.index.borrow().contains_key(name) {
                names.push(name.clone());
            }
        }
        names
    }

    /// Returns why attributes of an opaque module are not known.
    pub(crate) fn opaque_reason(&self) -> Unknown {
        Unknown { reason: format!("module `{}` is not part of the project", self.name), place: None }
    }
}

/// Collects the names that a statement binds or touches: assigned names, roots of assigned attributes and
/// subscripts, and roots of method calls that stand as statements (`Base.metadata.reflect()`).
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) found: Vec<Name>,
    pub(crate) has_star: bool,
    /// Only names that are bound, as the locals of a function are.
    binding_only: bool,
}

impl Names {
    /// Returns the names that a function body binds.
    pub(crate) fn bound_by(body: &[Stmt]) -> Vec<Name> {
        let mut names = Self { binding_only: true, ..Self::default() };
        names.body(body);
        names.found
    }

    pub(crate) fn body(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.stmt(stmt);
        }
    }

    fn add(&mut self, name: &Name) {
        if !self.found.contains(name) {
            self.found.push(name.clone());
        }
    }

    pub(crate) fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Expr(expr) => self.touched(expr),
            StmtKind::Assign { targets, value } => {
                for target in targets {
                    self.target(target);
                }
                self.walrus(value);
            }
            StmtKind::AugAssign { target, .. } => self.target(target),
            StmtKind::AnnAssign { target, value, .. } => {
                if value.is_some() {
                    self.target(target);
                }
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.target(target)),
            StmtKind::If { test, body, orelse } | StmtKind::While { test, body, orelse } => {
                self.walrus(test);
                self.body(body);
                self.body(orelse);
            }
            StmtKind::For { target, body, orelse, .. } => {
                self.target(target);
                self.body(body);
                self.body(orelse);
            }
            StmtKind::With { items, body } => {
                for (_, target) in items {
                    if let Some(target) = target {
                        self.target(target);
                    }
                }
                self.body(body);
            }
            StmtKind::Try(node) => {
                self.body(&node.body);
                for handler in &node.handlers {
                    if self.binding_only
                        && let Some(name) = &handler.name
                    {
                        self.add(name);
                    }
                    self.body(&handler.body);
                }
                self.body(&node.orelse);
                self.body(&node.finalbody);
            }
            StmtKind::Import(names) => {
                for alias in names {
                    match &alias.asname {
                        Some(asname) => self.add(asname),
                        None => self.add(&Rc::from(alias.name.split('.').next().unwrap_or(""))),
                    }
                }
            }
            StmtKind::ImportFrom { names, .. } => {
                for alias in names {
                    if &*alias.name == "*" {
                        self.has_star = true;
                    } else {
                        self.add(alias.asname.as_ref().unwrap_or(&alias.name));
                    }
                }
            }
            StmtKind::FunctionDef(def) => self.add(&def.name),
            StmtKind::ClassDef(def) => self.add(&def.name),
            StmtKind::TypeAlias { name, .. } => self.add(name),
            StmtKind::Match { cases, .. } => {
                for case in cases {
                    self.pattern(&case.pattern);
                    self.body(&case.body);
                }
            }
            StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::Assert { .. }
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Unsupported(_) => {}
        }
    }

    fn target(&mut self, target: &Expr) {
        match &target.kind {
            ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| self.target(item)),
            ExprKind::Starred(inner) => self.target(inner),
            ExprKind::Name(name) => self.add(name),
            _ if self.binding_only => {}
            _ => {
                if let Some(name) = root_name(target) {
                    self.add(name);
                }
            }
        }
    }

    fn touched(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Call(call) if !self.binding_only => {
                if let Some(name) = root_name(&call.function) {
                    if matches!(call.function.kind, ExprKind::Name(_)) {
                        // `setattr(Model, "x", …)` and `configure(Model)` may change their arguments.
                        for arg in &call.args {
                            if let ExprKind::Name(name) = &arg.kind {
                                self.add(name);
                            }
                        }
                    } else {
                        self.add(name);
                    }
                }
            }
            ExprKind::Await(inner) => self.touched(inner),
            _ => self.walrus(expr),
        }
    }

    fn walrus(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Walrus { target, .. } => self.add(target),
            ExprKind::Compare { left, .. } => self.walrus(left),
            ExprKind::BoolOp { values, .. } => values.iter().for_each(|value| self.walrus(value)),
            ExprKind::Unary { operand, .. } => self.walrus(operand),
            _ => {}
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Value(_) | Pattern::Singleton(_) => {}
            Pattern::Sequence(items) | Pattern::Or(items) => items.iter().for_each(|item| self.pattern(item)),
            Pattern::Mapping { entries, rest } => {
                for (_, item) in entries {
                    self.pattern(item);
                }
                if let Some(name) = rest {
                    self.add(name);
                }
            }
            Pattern::Class { positional, keywords, .. } => {
                for item in positional {
                    self.pattern(item);
                }
                for (_, item) in keywords {
                    self.pattern(item);
                }
            }
            Pattern::Star(name) => name.iter().for_each(|name| self.add(name)),
            Pattern::As { pattern, name } => {
                if let Some(item) = pattern {
                    self.pattern(item);
                }
                if let Some(name) = name {
                    self.add(name);
                }
            }
        }
    }
}

/// Returns the name a chain of attributes, subscripts and calls starts with.
pub(crate) fn root_name(mut expr: &Expr) -> Option<&Name> {
    loop {
        match &expr.kind {
            ExprKind::Name(name) => return Some(name),
            ExprKind::Attribute { value, .. } | ExprKind::Subscript { value, .. } => expr = value,
            ExprKind::Call(call) => expr = &call.function,
            _ => return None,
        }
    }
}

fn mentions_globals(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| {
        let (mut found, mut inner) = (false, false);
        crate::walk::stmt_parts(stmt, &mut |expr| found = found || is_mentioned(expr), &mut |body| {
            inner = inner || mentions_globals(body);
        });
        if let StmtKind::FunctionDef(def) = &stmt.kind {
            inner = inner || mentions_globals(&def.body);
        }
        found || inner
    })
}

fn is_mentioned(expr: &Expr) -> bool {
    if let ExprKind::Name(name) = &expr.kind {
        return &**name == "globals";
    }
    let mut found = false;
    crate::walk::parts(expr, &mut |part| found = found || is_mentioned(part));
    found
}
