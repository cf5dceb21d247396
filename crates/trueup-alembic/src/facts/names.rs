//! The names a module binds, as far as its text tells.

use std::collections::HashSet;

use trueup_python::ast::{Expr, ExprKind, ModuleAst, Pattern, Stmt, StmtKind};
use trueup_python::walk;

/// What a module binds.
#[derive(Default)]
pub(crate) struct Bound {
    /// Names, those of star imports excepted.
    pub(crate) names: HashSet<String>,
    /// Whether it may bind names that its statements do not show: `__getattr__`, `globals()`, `sys.modules`.
    pub(crate) dynamic: bool,
}

/// Returns the names that a module's statements bind.
pub(crate) fn bound_names(ast: &ModuleAst, text: &str) -> Bound {
    let mut bound = Bound::default();
    bound.body(&ast.body);
    let makes_names = ["globals()", "sys.modules", "vars()", "__getattr__", "locals()", "exec("];
    bound.dynamic = makes_names.iter().any(|word| text.contains(word)) || !ast.errors.is_empty();
    bound
}

impl Bound {
    fn add(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    fn body(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::FunctionDef(def) => {
                self.add(&def.name);
                self.globals(&def.body);
                return;
            }
            StmtKind::ClassDef(def) => return self.add(&def.name),
            StmtKind::TypeAlias { name, .. } => self.add(name),
            StmtKind::Import(names) => {
                for alias in names {
                    match &alias.asname {
                        Some(name) => self.add(name),
                        None => self.add(alias.name.split('.').next().unwrap_or_default()),
                    }
                }
            }
            StmtKind::ImportFrom { names, .. } => {
                for alias in names {
                    self.add(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            StmtKind::Assign { targets, .. } => {
                for target in targets {
                    self.target(target);
                }
            }
            StmtKind::AugAssign { target, .. } | StmtKind::AnnAssign { target, value: Some(_), .. } => {
                self.target(target);
            }
            StmtKind::For { target, .. } => self.target(target),
            StmtKind::With { items, .. } => {
                for target in items.iter().filter_map(|(_, target)| target.as_ref()) {
                    self.target(target);
                }
            }
            StmtKind::Try(node) => {
                for name in node.handlers.iter().filter_map(|handler| handler.name.as_ref()) {
                    self.add(name);
                }
            }
            StmtKind::Match { cases, .. } => {
                for case in cases {
                    self.pattern(&case.pattern);
                }
            }
            _ => {}
        }
        let mut blocks: Vec<&[Stmt]> = Vec::new();
        let mut expressions: Vec<&Expr> = Vec::new();
        walk::stmt_parts(stmt, &mut |expr| expressions.push(expr), &mut |inner| blocks.push(inner));
        for expr in expressions {
            self.walrus(expr);
        }
        for inner in blocks {
            self.body(inner);
        }
    }

    /// Adds names that a function declares `global`.
    fn globals(&mut self, body: &[Stmt]) {
        for stmt in body {
            if let StmtKind::Global(names) = &stmt.kind {
                {
                    for name in names {
                        self.add(name);
                    }
                }
            }
            let mut blocks: Vec<&[Stmt]> = Vec::new();
            walk::stmt_parts(stmt, &mut |_| {}, &mut |inner| blocks.push(inner));
            if let StmtKind::FunctionDef(def) = &stmt.kind {
                blocks.push(&def.body);
            }
            for inner in blocks {
                self.globals(inner);
            }
        }
    }

    fn target(&mut self, target: &Expr) {
        match &target.kind {
            ExprKind::Name(name) => self.add(name),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                for item in items {
                    self.target(item);
                }
            }
            ExprKind::Starred(inner) => self.target(inner),
            _ => {}
        }
    }

    fn walrus(&mut self, expr: &Expr) {
        if let ExprKind::Walrus { target, .. } = &expr.kind {
            self.add(target);
        }
        let mut parts: Vec<&Expr> = Vec::new();
        walk::parts(expr, &mut |part| parts.push(part));
        for part in parts {
            self.walrus(part);
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Value(_) | Pattern::Singleton(_) => {}
            Pattern::Sequence(items) | Pattern::Or(items) => {
                for item in items {
                    self.pattern(item);
                }
            }
            Pattern::Mapping { entries, rest } => {
                {
                    for (_, item) in entries {
                        self.pattern(item);
                    }
                }
                if let Some(name) = rest {
                    self.add(name);
                }
            }
            Pattern::Class { positional, keywords, .. } => {
                {
                    for item in positional {
                        self.pattern(item);
                    }
                }
                {
                    for (_, item) in keywords {
                        self.pattern(item);
                    }
                }
            }
            Pattern::Star(name) => {
                if let Some(name) = name {
                    self.add(name);
                }
            }
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
