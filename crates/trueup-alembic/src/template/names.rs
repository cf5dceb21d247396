//! The names that a piece of Python asks for, wherever they are bound.
//!
//! A template takes its names from what Alembic hands over; one that nobody has set is false, not an error. So the
//! generated function begins by binding every name that occurs in it.

use std::collections::BTreeSet;

use trueup_python::ast::{Expr, ExprKind, ModuleAst, Name, Stmt, StmtKind};
use trueup_python::walk;

/// Returns the names that occur in the function of that name.
pub(super) fn asked_by(module: &ModuleAst, function: &str) -> BTreeSet<Name> {
    let mut found = BTreeSet::new();
    for stmt in &module.body {
        if let StmtKind::FunctionDef(def) = &stmt.kind
            && &*def.name == function
        {
            body(&def.body, &mut found);
        }
    }
    found
}

/// Returns the names that the top level binds: by blocks that run before the template.
pub(super) fn bound_at_top_level(module: &ModuleAst) -> BTreeSet<Name> {
    let mut found = BTreeSet::new();
    for stmt in &module.body {
        binding(stmt, &mut found);
    }
    found
}

fn binding(stmt: &Stmt, found: &mut BTreeSet<Name>) {
    match &stmt.kind {
        StmtKind::Import(aliases) => found.extend(aliases.iter().map(|alias| match &alias.asname {
            Some(name) => name.clone(),
            None => Name::from(alias.name.split('.').next().unwrap_or_default()),
        })),
        StmtKind::ImportFrom { names, .. } => {
            found
                .extend(names.iter().map(|alias| alias.asname.clone().unwrap_or_else(|| alias.name.clone())));
        }
        StmtKind::FunctionDef(def) => drop(found.insert(def.name.clone())),
        StmtKind::ClassDef(def) => drop(found.insert(def.name.clone())),
        StmtKind::Assign { targets, .. } => targets.iter().for_each(|target| expr(target, found)),
        StmtKind::AnnAssign { target, .. } => expr(target, found),
        StmtKind::For { target, .. } => expr(target, found),
        _ => {}
    }
    let mut inner = Vec::new();
    walk::stmt_parts(stmt, &mut |_| {}, &mut |block| inner.push(block));
    if !matches!(stmt.kind, StmtKind::ClassDef(_)) {
        inner.into_iter().flatten().for_each(|stmt| binding(stmt, found));
    }
}

fn body(statements: &[Stmt], found: &mut BTreeSet<Name>) {
    for stmt in statements {
        let (mut expressions, mut blocks) = (Vec::new(), Vec::new());
        walk::stmt_parts(stmt, &mut |part| expressions.push(part), &mut |block| blocks.push(block));
        for part in expressions {
            expr(part, found);
        }
        for block in blocks {
            body(block, found);
        }
        if let StmtKind::FunctionDef(def) = &stmt.kind {
            body(&def.body, found);
        }
    }
}

fn expr(part: &Expr, found: &mut BTreeSet<Name>) {
    match &part.kind {
        ExprKind::Name(name) => drop(found.insert(name.clone())),
        ExprKind::Lambda(def) => body(&def.body, found),
        _ => walk::parts(part, &mut |part| expr(part, found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_occur() {
        let text = "import re, os.path as p\ndef f():\n    if a:\n        g = lambda x: x + b\n        print(c[d].e)\n";
        let module = trueup_python::parse(text);
        let names: Vec<String> = asked_by(&module, "f").iter().map(ToString::to_string).collect();
        assert_eq!(names, ["a", "b", "c", "d", "g", "print", "x"]);
        let bound: Vec<String> = bound_at_top_level(&module).iter().map(ToString::to_string).collect();
        assert_eq!(bound, ["f", "p", "re"]);
    }
}
