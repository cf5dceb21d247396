//! `context.configure()` calls to which env.py could not be followed.
//!
//! What an application sets up while it starts, such as an engine that is `None` until then, is out of reach, and env.py
//! stops there with an exception that its users never see. The call is in its text all the same.

use trueup_python::ast::{Call, Expr, ExprKind, Name, Stmt, StmtKind};
use trueup_python::{Module, Value, walk};

/// Returns the keyword arguments of the calls that hand over a connection, first ones first; what is no literal and no
/// variable of the module is unknown.
pub(super) fn online_calls(module: &Module) -> Vec<Vec<(Name, Value)>> {
    let mut calls = Vec::new();
    block(&module.ast.body, &mut calls);
    calls.into_iter().map(|call| options(module, call)).collect()
}

fn block<'a>(body: &'a [Stmt], found: &mut Vec<&'a Call>) {
    for stmt in body {
        let (mut expressions, mut bodies) = (Vec::new(), Vec::new());
        walk::stmt_parts(stmt, &mut |expr| expressions.push(expr), &mut |body| bodies.push(body));
        if let StmtKind::FunctionDef(def) = &stmt.kind {
            bodies.push(&def.body);
        }
        for expr in expressions {
            expression(expr, found);
        }
        for body in bodies {
            block(body, found);
        }
    }
}

fn expression<'a>(expr: &'a Expr, found: &mut Vec<&'a Call>) {
    if let ExprKind::Call(call) = &expr.kind
        && matches!(&call.function.kind, ExprKind::Attribute { attr, .. } if &**attr == "configure")
        && call.keywords.iter().any(|(name, _)| name.as_deref() == Some("connection"))
    {
        found.push(call);
    }
    walk::parts(expr, &mut |part| expression(part, found));
}

fn options(module: &Module, call: &Call) -> Vec<(Name, Value)> {
    let value = |expr: &Expr| match &expr.kind {
        ExprKind::None => Some(Value::None),
        ExprKind::Bool(value) => Some(Value::Bool(*value)),
        ExprKind::Str(text) => Some(Value::str(text)),
        ExprKind::Name(name) => module.get(name),
        _ => None,
    };
    let unknown = || Value::unknown("env.py could not be followed to where it says so", None);
    let named = call.keywords.iter().filter_map(|(name, expr)| Some((name.clone()?, expr)));
    named.map(|(name, expr)| (name, value(expr).unwrap_or_else(unknown))).collect()
}
