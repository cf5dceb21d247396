//! Visits the expressions of statements and the parts of expressions.

use crate::ast::{Expr, ExprKind, FormatPart, Stmt, StmtKind};

/// Calls `visit` for every direct part of an expression. Bodies of lambdas are parts: they may run.
pub fn parts<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match &expr.kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_)
        | ExprKind::Ellipsis
        | ExprKind::Name(_)
        | ExprKind::Unsupported(_)
        | ExprKind::Lambda(_) => {}
        ExprKind::Attribute { value, .. }
        | ExprKind::Walrus { value, .. }
        | ExprKind::Starred(value)
        | ExprKind::Await(value)
        | ExprKind::YieldFrom(value) => visit(value),
        ExprKind::Subscript { value, index } => {
            visit(value);
            visit(index);
        }
        ExprKind::Slice { lower, upper, step } => {
            [lower, upper, step].into_iter().flatten().for_each(|part| visit(part));
        }
        ExprKind::Call(call) => {
            visit(&call.function);
            call.args.iter().for_each(&mut *visit);
            call.keywords.iter().for_each(|(_, value)| visit(value));
        }
        ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => items.iter().for_each(visit),
        ExprKind::BoolOp { values, .. } => values.iter().for_each(visit),
        ExprKind::Dict(items) => {
            for (key, value) in items {
                key.iter().for_each(&mut *visit);
                visit(value);
            }
        }
        ExprKind::Binary { left, right, .. } => {
            visit(left);
            visit(right);
        }
        ExprKind::Unary { operand, .. } => visit(operand),
        ExprKind::Compare { left, rest } => {
            visit(left);
            for (_, value) in rest {
                visit(value);
            }
        }
        ExprKind::Conditional { test, body, orelse } => {
            visit(test);
            visit(body);
            visit(orelse);
        }
        ExprKind::Comprehension(node) => {
            node.clauses.iter().for_each(|clause| {
                visit(&clause.iter);
                clause.conditions.iter().for_each(&mut *visit);
            });
            node.key.iter().for_each(&mut *visit);
            visit(&node.element);
        }
        ExprKind::Format(parts) => format_parts(parts, visit),
        ExprKind::Yield(value) => value.iter().for_each(|value| visit(value)),
    }
}

fn format_parts<'a>(parts: &'a [FormatPart], visit: &mut dyn FnMut(&'a Expr)) {
    for part in parts {
        if let FormatPart::Field { value, spec, .. } = part {
            visit(value);
            format_parts(spec, visit);
        }
    }
}

/// Calls `expr` for every expression a statement itself has and `body` for every block in it. Definitions inside do
/// not run by themselves: they are not visited, except decorators and bases.
pub fn stmt_parts<'a>(stmt: &'a Stmt, expr: &mut dyn FnMut(&'a Expr), body: &mut dyn FnMut(&'a [Stmt])) {
    match &stmt.kind {
        StmtKind::Expr(value) => expr(value),
        StmtKind::Assign { targets, value } => {
            expr(value);
            targets.iter().for_each(expr);
        }
        StmtKind::AugAssign { target, value, .. } => {
            expr(value);
            expr(target);
        }
        StmtKind::AnnAssign { value, .. } => value.iter().for_each(expr),
        StmtKind::Return(value) => value.iter().for_each(expr),
        StmtKind::Delete(targets) => targets.iter().for_each(expr),
        StmtKind::If { test, body: then, orelse } | StmtKind::While { test, body: then, orelse } => {
            expr(test);
            body(then);
            body(orelse);
        }
        StmtKind::For { target, iter, body: then, orelse } => {
            expr(iter);
            expr(target);
            body(then);
            body(orelse);
        }
        StmtKind::With { items, body: then } => {
            for (manager, target) in items {
                expr(manager);
                target.iter().for_each(&mut *expr);
            }
            body(then);
        }
        StmtKind::Raise { exception, cause } => exception.iter().chain(cause).for_each(expr),
        StmtKind::Try(node) => {
            body(&node.body);
            node.handlers.iter().for_each(|handler| body(&handler.body));
            body(&node.orelse);
            body(&node.finalbody);
        }
        StmtKind::Assert { test, message } => {
            expr(test);
            message.iter().for_each(expr);
        }
        StmtKind::FunctionDef(def) => def.decorators.iter().for_each(expr),
        StmtKind::ClassDef(def) => {
            def.decorators.iter().for_each(&mut *expr);
            def.bases.iter().for_each(&mut *expr);
            body(&def.body);
        }
        StmtKind::Match { subject, cases } => {
            expr(subject);
            for case in cases {
                case.guard.iter().for_each(&mut *expr);
                body(&case.body);
            }
        }
        StmtKind::Import(_)
        | StmtKind::ImportFrom { .. }
        | StmtKind::Global(_)
        | StmtKind::Nonlocal(_)
        | StmtKind::TypeAlias { .. }
        | StmtKind::Pass
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Unsupported(_) => {}
    }
}
