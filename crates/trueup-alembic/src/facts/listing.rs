//! Modules that import whatever they find in a folder: `for found in pkgutil.iter_modules(__path__): import_module(…)`.
//!
//! Which modules these are is not followed; it only matters that they may be any.

use trueup_python::ast::{Expr, ExprKind, Stmt, StmtKind};
use trueup_python::walk;

use super::changes::last_name;

/// Calls that list modules; there is nothing else to do with these than to import them.
const OF_MODULES: [&str; 3] = ["iter_modules", "walk_packages", "find_modules"];
/// Calls that list files, for whatever purpose.
const OF_FILES: [&str; 7] = ["listdir", "scandir", "iterdir", "walk", "glob", "rglob", "iglob"];
/// Calls that import a module by its name or file.
const IMPORTS: [&str; 6] =
    ["import_module", "__import__", "import_string", "exec_module", "load_module", "load_source"];

/// Where a module imports what it finds in folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Listing {
    /// Nowhere.
    Nowhere,
    /// In a function; that it is called shows in the call of the listing, which is not known.
    InFunction,
    /// Whenever the module itself is imported, or in a function that lists files, of which a call does not show.
    AtImport,
}

/// Tells whether a module imports what a listing names: files that one function, or the module itself, both lists and
/// imports, or modules that are listed anywhere. A package may leave the import to `from package import *`, by
/// computing its `__all__`.
pub(super) fn imports_listing(body: &[Stmt]) -> Listing {
    let mut units = vec![Unit::default()];
    for stmt in body {
        collect(stmt, 0, &mut units);
    }
    let of_modules = units.iter().any(|unit| unit.lists_modules);
    let mut found = Listing::Nowhere;
    for (at, unit) in units.iter().enumerate().filter(|(_, unit)| unit.imports) {
        found = found.max(match (unit.lists_files, of_modules) {
            (true, _) => Listing::AtImport,
            (false, true) if at == 0 => Listing::AtImport,
            (false, true) => Listing::InFunction,
            (false, false) => Listing::Nowhere,
        });
    }
    found
}

/// Tells whether a function is one that lists, by its name.
pub(crate) fn is_listing(name: &str) -> bool {
    OF_MODULES.contains(&name) || OF_FILES.contains(&name)
}

/// What one function does, or the module outside of its functions.
#[derive(Default)]
struct Unit {
    lists_modules: bool,
    lists_files: bool,
    imports: bool,
}

fn collect(stmt: &Stmt, unit: usize, units: &mut Vec<Unit>) {
    let unit = match &stmt.kind {
        StmtKind::FunctionDef(_) => {
            units.push(Unit::default());
            units.len() - 1
        }
        _ => unit,
    };
    if let StmtKind::Assign { targets, value } = &stmt.kind {
        let is_all = |target: &Expr| matches!(&target.kind, ExprKind::Name(name) if &**name == "__all__");
        let is_written = matches!(value.kind, ExprKind::List(_) | ExprKind::Tuple(_));
        units[unit].imports |= !is_written && targets.iter().any(is_all);
    }
    let (mut exprs, mut bodies): (Vec<&Expr>, Vec<&[Stmt]>) = Default::default();
    walk::stmt_parts(stmt, &mut |expr| exprs.push(expr), &mut |body| bodies.push(body));
    if let StmtKind::FunctionDef(def) = &stmt.kind {
        bodies.push(&def.body);
    }
    for expr in exprs {
        note(expr, &mut units[unit]);
    }
    for stmt in bodies.into_iter().flatten() {
        collect(stmt, unit, units);
    }
}

fn note(expr: &Expr, unit: &mut Unit) {
    if let ExprKind::Call(call) = &expr.kind {
        let name = last_name(&call.function);
        let is_literal = call.args.first().is_some_and(|arg| matches!(arg.kind, ExprKind::Str(_)));
        unit.lists_modules |= OF_MODULES.contains(&name);
        unit.lists_files |= OF_FILES.contains(&name);
        unit.imports |= IMPORTS.contains(&name) && !is_literal;
    }
    walk::parts(expr, &mut |part| note(part, unit));
}
