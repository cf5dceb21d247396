//! Schema changes and engines in application code, found in its syntax: they are reported, not evaluated.

use std::collections::HashMap;

use trueup_python::ast::{Call, Expr, ExprKind, FormatPart, Stmt, StmtKind};
use trueup_python::walk;
use trueup_schema::facts::{EngineFacts, SchemaChangeFacts};
use trueup_schema::{Location, Span};

use super::digest::ModuleText;

/// Calls that take SQL text.
const EXECUTE: &[&str] = &[
    "execute",
    "exec_driver_sql",
    "executescript",
    "executemany",
    "text",
    "DDL",
    "run_sql",
    "fetch",
    "fetchrow",
    "scalar",
];

/// Calls that make an engine or a Flask-SQLAlchemy object.
const ENGINES: &[&str] =
    &["create_engine", "create_async_engine", "SQLAlchemy", "engine_from_config", "async_engine_from_config"];

/// What one module does to a schema by itself.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) schema_changes: Vec<SchemaChangeFacts>,
    pub(crate) engines: Vec<EngineFacts>,
}

/// Returns schema changes in a module and the engines it makes.
///
/// Whether env.py reaches the engines is for the caller to say, who knows the other modules.
pub(crate) fn changes_in(module: &ModuleText<'_>, body: &[Stmt]) -> Changes {
    let interesting = [
        "create_all",
        "drop_all",
        "CREATE",
        "ALTER",
        "DROP",
        "create ",
        "alter ",
        "drop ",
        "engine",
        "SQLAlchemy",
    ];
    if !interesting.iter().any(|word| module.text.contains(word)) {
        return Changes::default();
    }
    let mut reader = Reader { module, constants: HashMap::new(), found: Changes::default() };
    reader.body(body);
    reader.found
}

struct Reader<'a> {
    module: &'a ModuleText<'a>,
    constants: HashMap<&'a str, &'a str>,
    found: Changes,
}

impl<'a> Reader<'a> {
    fn body(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            if let StmtKind::Assign { targets, value } = &stmt.kind
                && let [Expr { kind: ExprKind::Name(name), .. }] = targets.as_slice()
                && let ExprKind::Str(text) = &value.kind
            {
                self.constants.insert(name, text);
            }
            let mut blocks: Vec<&'a [Stmt]> = Vec::new();
            let mut expressions: Vec<&'a Expr> = Vec::new();
            walk::stmt_parts(stmt, &mut |expr| expressions.push(expr), &mut |inner| blocks.push(inner));
            if let StmtKind::FunctionDef(def) = &stmt.kind
                && !def.decorators.iter().any(implements_operation)
            {
                blocks.push(&def.body);
            }
            for expr in expressions {
                self.expr(expr);
            }
            for inner in blocks {
                self.body(inner);
            }
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        if let ExprKind::Call(call) = &expr.kind {
            self.call(expr, call);
        }
        if let ExprKind::Lambda(def) = &expr.kind {
            self.body(&def.body);
        }
        let mut parts: Vec<&'a Expr> = Vec::new();
        walk::parts(expr, &mut |part| parts.push(part));
        for part in parts {
            self.expr(part);
        }
    }

    fn call(&mut self, expr: &'a Expr, call: &'a Call) {
        let name = last_name(&call.function);
        match name {
            // `metadata.create_all` is also handed over as a function: `run_sync(metadata.create_all)`.
            "create_all" | "drop_all" if is_attribute(&call.function) => {
                self.change(one_line(self.source(expr)), expr);
            }
            "run_sync" | "run_callable" => {
                if let Some(argument) = call.args.first()
                    && matches!(last_name(argument), "create_all" | "drop_all")
                {
                    self.change(one_line(self.source(expr)), expr);
                }
            }
            name if EXECUTE.contains(&name) => {
                let text = call.args.first().and_then(|argument| self.text(argument));
                if let Some(text) = text
                    && let Some(words) = ddl_words(&text)
                {
                    self.change(words, expr);
                }
            }
            name if ENGINES.contains(&name) => {
                let engine = EngineFacts {
                    call: name.to_owned(),
                    module: self.module.name.to_owned(),
                    location: self.location(expr),
                    reached_from_env: false,
                };
                self.found.engines.push(engine);
            }
            _ => {}
        }
    }

    fn change(&mut self, text: String, expr: &Expr) {
        let location = self.location(expr);
        // `execute(text("CREATE …"))` is one change, found at the outer call first.
        let inside = |known: &SchemaChangeFacts| {
            known
                .location
                .span
                .zip(location.span)
                .is_some_and(|(outer, inner)| outer.start <= inner.start && inner.end <= outer.end)
        };
        if !self.found.schema_changes.iter().any(inside) {
            self.found.schema_changes.push(SchemaChangeFacts { text, location, role: self.module.role });
        }
    }

    fn location(&self, expr: &Expr) -> Location {
        Location::at(self.module.path.clone(), Span::new(expr.span.start, expr.span.end))
    }

    fn source(&self, expr: &Expr) -> &'a str {
        self.module.text.get(expr.span.start as usize..expr.span.end as usize).unwrap_or_default()
    }

    /// Returns the beginning of a text argument: a literal, an f-string's first part, a constant, or `text(…)` of one.
    fn text(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Str(text) => Some(text.to_string()),
            ExprKind::Format(parts) => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        FormatPart::Literal(literal) => text.push_str(literal),
                        FormatPart::Field { .. } => text.push('…'),
                    }
                }
                Some(text)
            }
            ExprKind::Name(name) => self.constants.get(&**name).map(|text| (*text).to_owned()),
            ExprKind::Binary { left, .. } => self.text(left),
            ExprKind::Call(call)
                if matches!(last_name(&call.function), "text" | "DDL" | "dedent" | "format" | "SQL") =>
            {
                match &call.function.kind {
                    ExprKind::Attribute { value, attr } if &**attr == "format" => self.text(value),
                    _ => call.args.first().and_then(|argument| self.text(argument)),
                }
            }
            _ => None,
        }
    }
}

/// Tells whether a decorator makes a function what an operation of revisions does, run by them alone.
fn implements_operation(decorator: &Expr) -> bool {
    matches!(&decorator.kind, ExprKind::Call(call) if last_name(&call.function) == "implementation_for")
}

fn is_attribute(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Attribute { .. })
}

/// Returns the last name of a chain: `create_all` of `Base.metadata.create_all`.
pub(crate) fn last_name(expr: &Expr) -> &str {
    match &expr.kind {
        ExprKind::Name(name) => name,
        ExprKind::Attribute { attr, .. } => attr,
        _ => "",
    }
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 80 { line.chars().take(77).collect::<String>() + "..." } else { line }
}

/// Returns the first words of SQL text that changes the schema: `CREATE TABLE users`.
fn ddl_words(text: &str) -> Option<String> {
    let mut words = text.split_whitespace().filter(|word| !word.starts_with("--"));
    let verb = words.next()?.to_ascii_uppercase();
    if !matches!(verb.as_str(), "CREATE" | "ALTER" | "DROP") {
        return None;
    }
    let rest: Vec<&str> = words.take(7).collect();
    let skipped = ["OR", "REPLACE", "UNIQUE", "TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL", "VIRTUAL"];
    let mut kinds =
        rest.iter().map(|word| word.to_ascii_uppercase()).skip_while(|word| skipped.contains(&word.as_str()));
    let temporary = rest.iter().take(3).any(|word| word.to_ascii_uppercase().starts_with("TEMP"));
    let kind = kinds.next()?;
    let wanted =
        ["TABLE", "INDEX", "VIEW", "MATERIALIZED", "TYPE", "SEQUENCE", "TRIGGER", "FUNCTION", "DOMAIN"];
    if temporary || !wanted.contains(&kind.trim_end_matches(';')) {
        return None;
    }
    let mut line = format!("{verb} {}", rest.join(" "));
    if let Some(at) = line.find(['(', ';']) {
        line.truncate(at);
    }
    Some(line.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::ddl_words;

    #[test]
    fn only_statements_that_change_the_schema_count() {
        let cases = [
            ("create table users (id int)", Some("CREATE table users")),
            ("\n  ALTER TABLE t ADD COLUMN c int;", Some("ALTER TABLE t ADD COLUMN c int")),
            ("CREATE TEMP TABLE scratch (a int)", None),
            ("CREATE DATABASE app", None),
            ("DROP USER x", None),
            ("SELECT 1", None),
        ];
        for (text, expected) in cases {
            assert_eq!(ddl_words(text).as_deref(), expected, "{text}");
        }
    }
}
