//! The imports of a module, listed without evaluating anything.

use crate::ast::{Expr, ExprKind, ModuleAst, Name, Span, Stmt, StmtKind};

/// One module that an import statement names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    /// The module with its leading dots resolved: `a.b` in `import a.b` and in `from a.b import c`.
    pub module: String,
    /// The names after `import` in a `from` statement (each may be a submodule); empty for `import a.b`.
    pub names: Vec<Name>,
    /// The statement.
    pub span: Span,
    /// It is under `if TYPE_CHECKING:`.
    pub type_checking: bool,
    /// It is inside a `try`.
    pub in_try: bool,
    /// It is inside a function, and so runs only when that is called.
    pub in_function: bool,
}

#[derive(Clone, Copy, Default)]
struct Context {
    type_checking: bool,
    in_try: bool,
    in_function: bool,
}

/// Returns every import of a module in the order of the text.
pub fn imports_of(ast: &ModuleAst, module: &str, is_package: bool) -> Vec<ImportRecord> {
    let mut found = Vec::new();
    collect(&ast.body, module, is_package, Context::default(), &mut found);
    found
}

fn collect(body: &[Stmt], module: &str, is_package: bool, context: Context, found: &mut Vec<ImportRecord>) {
    for stmt in body {
        let record = |name: String, names: Vec<Name>| ImportRecord {
            module: name,
            names,
            span: stmt.span,
            type_checking: context.type_checking,
            in_try: context.in_try,
            in_function: context.in_function,
        };
        match &stmt.kind {
            StmtKind::Import(names) => {
                found.extend(names.iter().map(|alias| record(alias.name.to_string(), Vec::new())));
            }
            StmtKind::ImportFrom { module: from, level, names } => {
                if let Some(name) = resolve(module, is_package, from.as_deref(), *level) {
                    found.push(record(name, names.iter().map(|alias| alias.name.clone()).collect()));
                }
            }
            StmtKind::If { test, body, orelse } => {
                let guarded =
                    Context { type_checking: context.type_checking || is_type_checking(test), ..context };
                collect(body, module, is_package, guarded, found);
                collect(orelse, module, is_package, context, found);
            }
            StmtKind::Try(_) => {
                let guarded = Context { in_try: true, ..context };
                crate::walk::stmt_parts(stmt, &mut |_| {}, &mut |body| {
                    collect(body, module, is_package, guarded, found);
                });
            }
            StmtKind::FunctionDef(def) => {
                collect(&def.body, module, is_package, Context { in_function: true, ..context }, found);
            }
            _ => crate::walk::stmt_parts(stmt, &mut |_| {}, &mut |body| {
                collect(body, module, is_package, context, found);
            }),
        }
    }
}

/// Tells whether a test is `TYPE_CHECKING` or `typing.TYPE_CHECKING`.
pub(crate) fn is_type_checking(test: &Expr) -> bool {
    match &test.kind {
        ExprKind::Name(name) => &**name == "TYPE_CHECKING",
        ExprKind::Attribute { attr, .. } => &**attr == "TYPE_CHECKING",
        _ => false,
    }
}

/// Returns the absolute name of a module that a `from` statement names; `None` above the top-level package.
pub(crate) fn resolve(module: &str, is_package: bool, from: Option<&str>, level: u32) -> Option<String> {
    if level == 0 {
        return from.map(str::to_owned);
    }
    let up = level as usize - usize::from(is_package);
    let mut base = module;
    for _ in 0..up {
        if base.is_empty() {
            return None;
        }
        base = base.rsplit_once('.').map_or("", |(parent, _)| parent);
    }
    match (base.is_empty(), from) {
        (true, _) => None,
        (false, Some(from)) => Some(format!("{base}.{from}")),
        (false, None) => Some(base.to_owned()),
    }
}
