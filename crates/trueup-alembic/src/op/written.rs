//! Judging statements by how they are written, where their value is not known or the code did not run.

use trueup_python::ast::{Call as CallNode, Expr, ExprKind, FormatPart, Stmt, StmtKind};
use trueup_python::{Callee, Effect as CallEffect, Place, Value, Vm};

use super::context;
use crate::bind::rows;

/// Judges the call whose argument turned out unknown, by its text.
pub(super) fn source_effect(vm: &mut Vm, place: Option<&Place>) -> CallEffect {
    let Some(place) = place else { return CallEffect::Schema };
    let Some(text) = context(vm).source_text(place) else { return CallEffect::Schema };
    let text = text.trim_start().trim_start_matches("await ");
    match trueup_python::parse_expression(text).map(|expr| expr.kind) {
        Some(ExprKind::Call(call)) => executed_effect(&call),
        _ => CallEffect::Schema,
    }
}

/// Names of operations that change the schema.
fn is_schema_operation(name: &str) -> bool {
    super::TRANSLATIONS.iter().any(|(known, _)| *known == name)
        || matches!(
            name,
            "create_table" | "create_entity" | "drop_entity" | "replace_entity" | "revert_entity"
        )
}

/// Judges a call in code that was skipped.
pub(crate) fn skipped_call_effect(callee: &Callee<'_>, call: &CallNode) -> CallEffect {
    let (module, name) = match callee {
        Callee::Value(Value::Function(function)) => {
            (function.source.module.to_string(), function.def.name.to_string())
        }
        Callee::Value(Value::BoundMethod(method)) => match &method.function {
            Value::Function(function) => (function.source.module.to_string(), function.def.name.to_string()),
            _ => return CallEffect::None,
        },
        Callee::Value(_) => return CallEffect::None,
        Callee::Unresolved(text) => (String::new(), text.rsplit('.').next().unwrap_or(text).to_owned()),
    };
    let known = !module.is_empty();
    let alembic = module.starts_with("alembic");
    let database = alembic || module.starts_with("sqlalchemy");
    if known && !database {
        return CallEffect::None;
    }
    if is_schema_operation(&name) && (alembic || !known) {
        return CallEffect::Schema;
    }
    match name.as_str() {
        "bulk_insert"
        | "add_all"
        | "bulk_save_objects"
        | "bulk_insert_mappings"
        | "bulk_update_mappings"
        | "commit"
        | "flush"
        | "merge" => CallEffect::Data,
        "execute" | "exec_driver_sql" | "scalar" | "scalars" | "executescript" | "executemany" => {
            executed_effect(call)
        }
        "create_all" | "drop_all" | "batch_alter_table" | "invoke" => CallEffect::Schema,
        "create" | "drop" if known || has_bind(call) => CallEffect::Schema,
        _ => CallEffect::None,
    }
}

/// Tells whether a call of `x.create(…)` is given something like a connection.
fn has_bind(call: &CallNode) -> bool {
    let words = ["bind", "conn", "connection", "engine"];
    let is_bind =
        |expr: &Expr| last_name(expr).is_some_and(|name| words.contains(&name) || name == "get_bind");
    call.args.iter().any(is_bind)
        || call
            .keywords
            .iter()
            .any(|(name, value)| matches!(name.as_deref(), Some("checkfirst" | "bind")) || is_bind(value))
}

fn last_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Attribute { attr, .. } => Some(attr),
        ExprKind::Call(call) => last_name(&call.function),
        _ => None,
    }
}

/// Judges `execute(statement)` by what is written: text by its first word, chains by `insert`, `update` ….
fn executed_effect(call: &CallNode) -> CallEffect {
    let Some(argument) = call.args.first() else { return CallEffect::Schema };
    let effect = statement_effect(argument);
    // Values are bound only to statements on rows.
    if effect == CallEffect::Schema
        && call.args.len() > 1
        && !matches!(argument.kind, ExprKind::Str(_) | ExprKind::Format(_))
    {
        return CallEffect::Data;
    }
    effect
}

fn statement_effect(expr: &Expr) -> CallEffect {
    match &expr.kind {
        ExprKind::Str(text) => text_effect(text),
        ExprKind::Format(parts) => match parts.first() {
            Some(FormatPart::Literal(text)) => text_effect(text),
            _ => CallEffect::Schema,
        },
        ExprKind::Binary { left, .. } => statement_effect(left),
        ExprKind::Call(call) => {
            let name = last_name(&call.function).unwrap_or_default();
            match name {
                "text" | "format" | "dedent" | "strip" | "replace" | "join" | "DDL" => match &call
                    .function
                    .kind
                {
                    ExprKind::Attribute { value, .. } if matches!(name, "format" | "strip" | "replace") => {
                        statement_effect(value)
                    }
                    _ => call.args.first().map_or(CallEffect::Schema, statement_effect),
                },
                "bindparams" => match &call.function.kind {
                    ExprKind::Attribute { value, .. } => statement_effect(value),
                    _ => CallEffect::Schema,
                },
                "insert"
                | "update"
                | "delete"
                | "values"
                | "where"
                | "select"
                | "select_from"
                | "on_conflict_do_nothing"
                | "on_conflict_do_update"
                | "from_select"
                | "filter"
                | "limit"
                | "order_by" => CallEffect::Data,
                _ => CallEffect::Schema,
            }
        }
        _ => CallEffect::Schema,
    }
}

fn text_effect(text: &str) -> CallEffect {
    let word: String = text.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    match word.to_ascii_lowercase().as_str() {
        "insert" | "update" | "delete" | "select" | "with" | "copy" | "truncate" | "set" | "show"
        | "pragma" | "lock" | "analyze" | "vacuum" => CallEffect::Data,
        _ => CallEffect::Schema,
    }
}

/// Notes what a call that is only known by its text may insert.
pub(crate) fn inserted_by_source(vm: &mut Vm, place: Option<&Place>) {
    let text = place.and_then(|place| context(vm).source_text(place));
    let Some(text) = text else { return rows::inserted(vm, None) };
    let lower = text.to_ascii_lowercase();
    if !["insert", ".add", "bulk_", ".merge", "copy "].iter().any(|word| lower.contains(word)) {
        return;
    }
    let mut literals = Vec::new();
    if let Some(expr) = trueup_python::parse_expression(&text) {
        collect_texts(&expr, &mut literals);
        if literals.is_empty()
            && let ExprKind::Call(call) = &expr.kind
            && let Some(name) = call.args.first().and_then(root_name)
            && let Some(module) = place.and_then(|place| vm.module(&place.source.module))
        {
            assigned_texts(&module.ast.body, name, &mut literals);
        }
    }
    let dialect = context(vm).dialect;
    let tables = literals.iter().flat_map(|text| rows::inserted_tables(dialect, text)).collect::<Vec<_>>();
    if tables.is_empty() {
        return rows::inserted(vm, None);
    }
    for table in tables {
        rows::inserted(vm, Some(table));
    }
}

/// Collects the literal texts in the arguments of calls; what is filled in becomes `x`.
fn collect_texts(expr: &Expr, texts: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Str(text) => texts.push(text.to_string()),
        ExprKind::Format(parts) => texts.push(
            parts
                .iter()
                .map(|part| match part {
                    FormatPart::Literal(text) => text.to_string(),
                    FormatPart::Field { .. } => " x ".to_owned(),
                })
                .collect(),
        ),
        ExprKind::Call(call) => {
            collect_texts(&call.function, texts);
            call.args.iter().for_each(|argument| collect_texts(argument, texts));
        }
        ExprKind::Attribute { value, .. } => collect_texts(value, texts),
        ExprKind::Binary { left, right, .. } => {
            collect_texts(left, texts);
            collect_texts(right, texts);
        }
        _ => {}
    }
}

/// Returns the name that a chain of attributes and calls begins with.
fn root_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Attribute { value, .. } => root_name(value),
        ExprKind::Call(call) => root_name(&call.function),
        _ => None,
    }
}

/// Collects the literal texts that are assigned to a name anywhere in a module.
fn assigned_texts(body: &[Stmt], name: &str, texts: &mut Vec<String>) {
    let is_name = |target: &Expr| matches!(&target.kind, ExprKind::Name(found) if **found == *name);
    for stmt in body {
        match &stmt.kind {
            StmtKind::Assign { targets, value } if targets.iter().any(is_name) => collect_texts(value, texts),
            StmtKind::AnnAssign { target, value: Some(value), .. } if is_name(target) => {
                collect_texts(value, texts);
            }
            StmtKind::FunctionDef(def) => assigned_texts(&def.body, name, texts),
            StmtKind::If { body, orelse, .. }
            | StmtKind::For { body, orelse, .. }
            | StmtKind::While { body, orelse, .. } => {
                assigned_texts(body, name, texts);
                assigned_texts(orelse, name, texts);
            }
            StmtKind::With { body, .. } => assigned_texts(body, name, texts),
            StmtKind::Try(found) => {
                assigned_texts(&found.body, name, texts);
                found.handlers.iter().for_each(|handler| assigned_texts(&handler.body, name, texts));
                assigned_texts(&found.orelse, name, texts);
                assigned_texts(&found.finalbody, name, texts);
            }
            _ => {}
        }
    }
}
