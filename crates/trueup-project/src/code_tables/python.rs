//! Tables in Python: SQL in strings, and models of SQLAlchemy and SQLModel.

use trueup_python::ast::{BinaryOp, Call, ClassDef, Expr, ExprKind, FormatPart, Stmt, StmtKind};
use trueup_python::walk;
use trueup_schema::{Dialect, ObjectName, Span};

use super::statement::{self, Place};
use super::{FileTables, Use, table_name};

/// Calls that take SQL.
const QUERIES: &[&str] = &[
    "execute",
    "executemany",
    "executescript",
    "exec_driver_sql",
    "execute_sql",
    "text",
    "raw",
    "fetch",
    "fetchrow",
    "fetchval",
    "fetch_all",
    "fetch_one",
    "fetch_val",
    "iterate",
    "mogrify",
    "prepare",
    "read_sql",
    "read_sql_query",
    "scalar",
    "scalars",
    "copy_expert",
];

/// Returns what a module tells; one that is not Python tells what could be recovered.
pub(super) fn tables(dialect: Dialect, text: &str) -> FileTables {
    // Most modules hold no SQL; parsing them all would be the longest part of a check.
    const SIGNS: &[&str] = &["__tablename__", "Table(", "table=True", "create_all", "CREATE", "create "];
    let holds_sql = QUERIES.iter().any(|call| text.contains(call))
        || ["SELECT", "INSERT", "UPDATE", "DELETE"].iter().any(|word| text.contains(word));
    let mut reader = Reader { dialect, text, found: FileTables::default() };
    if holds_sql || SIGNS.iter().any(|sign| text.contains(sign)) {
        let module = trueup_python::parse(text);
        reader.body(&module.body);
    }
    reader.found
}

struct Reader<'a> {
    dialect: Dialect,
    text: &'a str,
    found: FileTables,
}

impl Reader<'_> {
    fn body(&mut self, body: &[Stmt]) {
        for stmt in body {
            match &stmt.kind {
                // A docstring, or a text that nobody uses.
                StmtKind::Expr(Expr { kind: ExprKind::Str(_), .. }) => {}
                StmtKind::FunctionDef(def) => {
                    def.decorators.iter().for_each(|decorator| self.expr(decorator, Place::Anywhere));
                    self.body(&def.body);
                }
                StmtKind::ClassDef(def) => {
                    self.class(def);
                    self.body(&def.body);
                }
                _ => {
                    let (mut exprs, mut bodies) = (Vec::new(), Vec::new());
                    walk::stmt_parts(stmt, &mut |expr| exprs.push(expr), &mut |body| bodies.push(body));
                    for expr in exprs {
                        self.expr(expr, Place::Anywhere);
                    }
                    for body in bodies {
                        self.body(body);
                    }
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr, place: Place) {
        if let Some(text) = text_of(expr, 0) {
            let span = Span::new(expr.span.start, expr.span.end);
            let source = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
            statement::literal(self.dialect, &text, (source, span), place, &mut self.found);
            return;
        }
        if let ExprKind::Call(call) = &expr.kind {
            self.call(call);
            return;
        }
        let mut parts = Vec::new();
        walk::parts(expr, &mut |part| parts.push(part));
        for part in parts {
            self.expr(part, place);
        }
    }

    fn call(&mut self, call: &Call) {
        let name = last_name(&call.function).unwrap_or_default();
        let place = Place::in_call(name, QUERIES);
        match name {
            "create_all" => self.found.creates_all_models = true,
            "Table" => self.table(call),
            _ => {}
        }
        self.expr(&call.function, Place::Anywhere);
        call.args.iter().for_each(|argument| self.expr(argument, place));
        call.keywords.iter().for_each(|(_, argument)| self.expr(argument, place));
    }

    /// Reads `Table("jobs", metadata, …, schema="app")`.
    fn table(&mut self, call: &Call) {
        let [first, second, ..] = call.args.as_slice() else { return };
        let is_metadata = matches!(second.kind, ExprKind::Name(_) | ExprKind::Attribute { .. });
        let (ExprKind::Str(name), true) = (&first.kind, is_metadata) else { return };
        // A table that is read from the database is expected there, like any other.
        let namespace = call.keywords.iter().find(|(key, _)| key.as_deref() == Some("schema"));
        let name = match namespace.map(|(_, value)| &value.kind) {
            None => Some(ObjectName::new(&**name)),
            Some(ExprKind::Str(namespace)) => {
                Some(ObjectName::qualified(self.dialect, Some(namespace), &**name))
            }
            Some(_) => None,
        };
        let Some(name) = name else { return };
        let text = format!("Table({:?})", name.name);
        self.found.uses.push(Use::model(name, Span::new(first.span.start, first.span.end), text, "Table"));
    }

    /// Reads `__tablename__`, or takes the name that SQLModel gives.
    fn class(&mut self, def: &ClassDef) {
        let attribute = |wanted: &str| def.body.iter().find_map(|stmt| assigned(stmt, wanted));
        // Another database, or no table at all.
        if attribute("__abstract__").is_some() || attribute("__bind_key__").is_some() {
            return;
        }
        let is_sqlmodel = def.keywords.iter().any(|(key, value)| {
            key.as_deref() == Some("table") && matches!(value.kind, ExprKind::Bool(true))
        });
        let (name, span) = match attribute("__tablename__") {
            Some(Expr { kind: ExprKind::Str(name), span }) => (name.to_string(), *span),
            Some(_) => return,
            None if is_sqlmodel => (def.name.to_lowercase(), def.name_span),
            None => return,
        };
        let Some(mut name) = table_name(self.dialect, &name) else { return };
        match attribute("__table_args__").map(namespace_of) {
            None | Some(Ok(None)) => {}
            Some(Ok(Some(namespace))) => {
                name = ObjectName::qualified(self.dialect, Some(&namespace), name.name);
            }
            Some(Err(())) => return,
        }
        let text = format!("class {}", def.name);
        self.found.uses.push(Use::model(name, Span::new(span.start, span.end), text, &def.name));
    }
}

/// Returns the value that a statement assigns to a name.
fn assigned<'a>(stmt: &'a Stmt, wanted: &str) -> Option<&'a Expr> {
    let is_wanted = |target: &Expr| matches!(&target.kind, ExprKind::Name(name) if **name == *wanted);
    match &stmt.kind {
        StmtKind::Assign { targets, value } if targets.iter().any(is_wanted) => Some(value),
        StmtKind::AnnAssign { target, value, .. } if is_wanted(target) => value.as_ref(),
        // `@declared_attr def __tablename__` makes a name that is not read here.
        StmtKind::FunctionDef(def) if *def.name == *wanted => def.decorators.first(),
        _ => None,
    }
}

/// Returns the namespace that `__table_args__` gives; an error when it is not literal.
fn namespace_of(arguments: &Expr) -> Result<Option<String>, ()> {
    let dict = match &arguments.kind {
        ExprKind::Dict(entries) => entries,
        ExprKind::Tuple(items) => match items.last().map(|last| &last.kind) {
            Some(ExprKind::Dict(entries)) => entries,
            Some(ExprKind::Starred(_)) => return Err(()),
            _ => return Ok(None),
        },
        _ => return Err(()),
    };
    for (key, value) in dict {
        match (key.as_ref().map(|key| &key.kind), &value.kind) {
            (Some(ExprKind::Str(key)), ExprKind::Str(namespace)) if &**key == "schema" => {
                return Ok(Some(namespace.to_string()));
            }
            (Some(ExprKind::Str(key)), _) if &**key == "schema" => return Err(()),
            (None, _) => return Err(()),
            _ => {}
        }
    }
    Ok(None)
}

fn last_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Attribute { attr, .. } => Some(attr),
        _ => None,
    }
}

/// Parts that a text is put together from at most; more is generated code.
const MAX_PARTS: usize = 200;

/// Returns a text as far as it is written down; `{…}` stands for what is not.
fn text_of(expr: &Expr, depth: usize) -> Option<String> {
    if depth > MAX_PARTS {
        return None;
    }
    match &expr.kind {
        ExprKind::Str(text) => Some(text.to_string()),
        ExprKind::Format(parts) => Some(
            parts
                .iter()
                .map(|part| match part {
                    FormatPart::Literal(text) => &**text,
                    FormatPart::Field { .. } => "{}",
                })
                .collect(),
        ),
        ExprKind::Binary { op: BinaryOp::Add, left, right } => {
            let (left, right) = (text_of(left, depth + 1), text_of(right, depth + 1));
            if left.is_none() && right.is_none() {
                return None;
            }
            Some(left.unwrap_or_else(|| "{}".to_owned()) + right.as_deref().unwrap_or("{}"))
        }
        ExprKind::Binary { op: BinaryOp::Mod, left, .. } => text_of(left, depth + 1),
        ExprKind::Call(call) => match &call.function.kind {
            ExprKind::Attribute { value, attr } if matches!(&**attr, "format" | "strip" | "join") => {
                if &**attr == "join" {
                    None
                } else {
                    text_of(value, depth + 1)
                }
            }
            ExprKind::Name(name) | ExprKind::Attribute { attr: name, .. } if &**name == "dedent" => {
                text_of(call.args.first()?, depth + 1)
            }
            _ => None,
        },
        _ => None,
    }
}
