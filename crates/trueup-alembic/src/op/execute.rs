//! `op.execute`, `op.bulk_insert` and whatever else is handed to a connection: SQL text, DDL elements, statements on rows.

use trueup_python::ast::{Call as CallNode, Expr, ExprKind, FormatPart};
use trueup_python::{Args, Callee, Effect as CallEffect, Place, PyResult, Value, Vm};
use trueup_schema::ops::{AddConstraint, CreateIndex, CreateNamespace, DropNamespace, DropTable};
use trueup_schema::{ObjectName, Operation};
use trueup_sql::{Effect, ReadContext, read};

use super::table::{EnumCreation, operation_step};
use super::{Call, Problem, context, perform, perform_create_table, record_data, settle, unproven};
use crate::bind::rows;
use crate::compile::{self, is_a};

/// What a value given to `execute()` is.
pub(crate) enum Statement {
    /// SQL text.
    Text(String),
    /// A statement on rows built by SQLAlchemy.
    Rows(Value),
    /// `CreateTable(…)` and its like.
    Ddl(Value),
    /// A statement of another dialect.
    Nothing,
}

/// `op.execute(sqltext)`.
pub(super) fn execute(vm: &mut Vm, args: Args) -> PyResult {
    let statement = args.get("sqltext").cloned().unwrap_or(Value::None);
    let place = vm.user_place();
    run_statement(vm, &statement, place.as_ref())?;
    Ok(Value::None)
}

/// `op.bulk_insert(table, rows)`.
pub(super) fn bulk_insert(vm: &mut Vm, args: Args) -> PyResult {
    let place = vm.user_place();
    let table = args.get("table").cloned().unwrap_or(Value::None);
    let rows = args.get("rows").cloned().unwrap_or(Value::None);
    if rows.items().is_some_and(|items| items.is_empty()) {
        return Ok(Value::None);
    }
    let name = rows::table_name(vm, &table);
    let words = name.as_ref().map_or_else(|| "a table".to_owned(), |name| name.to_sql());
    record_data(vm, format!("INSERT INTO {words} …"), place.as_ref());
    rows::inserted(vm, name);
    Ok(Value::None)
}

/// Runs whatever was given to `execute()`, without parameters.
pub(crate) fn run_statement(vm: &mut Vm, value: &Value, place: Option<&Place>) -> PyResult<()> {
    if let Some(unknown) = value.as_unknown() {
        let reason = format!("the statement is not known: {}", unknown.reason);
        if source_effect(vm, place) == CallEffect::Data {
            record_data(vm, "a statement on rows that is not fully known", place);
            rows::inserted(vm, None);
        } else {
            unproven(vm, reason, place);
        }
        return Ok(());
    }
    match sql_of_statement(vm, value) {
        Ok(Statement::Text(text)) => run_sql(vm, &text, place),
        Ok(Statement::Rows(statement)) => {
            rows::run(vm, &statement, place);
            Ok(())
        }
        Ok(Statement::Ddl(element)) => run_element(vm, &element, place),
        Ok(Statement::Nothing) => Ok(()),
        Err(problem) => settle(vm, problem, place),
    }
}

/// Returns what a value given to `execute()` is.
pub(crate) fn sql_of_statement(vm: &mut Vm, value: &Value) -> Result<Statement, Problem> {
    let dialect = context(vm).dialect;
    if let Some(text) = value.as_str() {
        return Ok(Statement::Text(text.replace("\\:", ":")));
    }
    if is_a(value, "sqlalchemy._elements.TextClause") {
        return Ok(Statement::Text(compile::sql_text(vm, value, dialect)?));
    }
    if is_a(value, "sqlalchemy.schema.DDL") {
        return ddl_text(vm, value);
    }
    if is_a(value, "sqlalchemy._elements.Compiled") {
        let element = vm.getattr(value, "element")?;
        return sql_of_statement(vm, &element);
    }
    if is_a(value, "sqlalchemy.schema.DDLElement") {
        let find = vm.module_attr("sqlalchemy._elements", "_find_compiled")?;
        let dialect_value = vm.module_attr("sqlalchemy.dialects", "Dialect")?;
        let dialect_value = vm.call_with(&dialect_value, vec![Value::str(dialect.name())])?;
        let compiled = vm.call_with(&find, vec![value.clone(), dialect_value])?;
        return Ok(match compiled.as_str() {
            Some(text) => Statement::Text(text.to_string()),
            None => Statement::Ddl(value.clone()),
        });
    }
    if is_a(value, "sqlalchemy._elements.Executable") || is_a(value, "sqlalchemy._elements.ClauseElement") {
        return Ok(Statement::Rows(value.clone()));
    }
    let reason = format!("trueup does not know what executing {} does", vm.repr_text(value));
    Err(Problem::Unknown { reason, place: None })
}

/// Returns the text of `DDL("… %(name)s …", context={…})`, unless it is for another dialect.
fn ddl_text(vm: &mut Vm, value: &Value) -> Result<Statement, Problem> {
    let only = vm.lookup_attr(value, "_only")?.unwrap_or(Value::None);
    let dialect = context(vm).dialect.name();
    if let Some(items) = only.items()
        && !items.iter().any(|item| item.as_str().as_deref() == Some(dialect))
    {
        return Ok(Statement::Nothing);
    }
    let statement = vm.getattr(value, "statement")?;
    let replacements = vm.getattr(value, "context")?;
    let replacements = if replacements.is_none() { Value::dict_of([]) } else { replacements };
    let text = match statement.as_str() {
        Some(text) if text.contains('%') => {
            vm.binary(trueup_python::ast::BinaryOp::Mod, &statement, &replacements)?
        }
        _ => statement,
    };
    match (&text, text.as_str()) {
        (_, Some(text)) => Ok(Statement::Text(text.to_string())),
        (Value::Unknown(unknown), None) => {
            Err(Problem::Unknown { reason: unknown.reason.clone(), place: unknown.place.clone() })
        }
        _ => Err(Problem::Unknown { reason: "the text of a `DDL` is not known".to_owned(), place: None }),
    }
}

/// Runs SQL text statement by statement.
pub(crate) fn run_sql(vm: &mut Vm, text: &str, place: Option<&Place>) -> PyResult<()> {
    let context = context(vm);
    let result = {
        let state = context.state.borrow();
        let read_context = ReadContext {
            session: state.session.clone(),
            schema: Some(&state.schema),
            check_data: false,
            ..ReadContext::default()
        };
        read(context.dialect, text, &read_context)
    };
    context.state.borrow_mut().session = result.session;
    for statement in result.statements {
        let sql = text.get(statement.span.start as usize..statement.span.end as usize).unwrap_or(text);
        match statement.effect {
            Effect::Schema => {
                for mut operation in statement.operations {
                    if let Operation::RunData(data) = &operation {
                        record_data(vm, data.sql.clone(), place);
                        rows::ran_sql(vm, &data.sql);
                        continue;
                    }
                    super::perform::stamp(&mut operation, &compile::origin(place));
                    perform(vm, operation_step(operation, place))?;
                }
            }
            Effect::Data => {
                record_data(vm, sql, place);
                rows::ran_sql(vm, sql);
            }
            Effect::Session => {}
            Effect::Transaction(_) => context.state.borrow_mut().transaction.aborted = false,
            Effect::Opaque(reason) => {
                let operation =
                    Operation::Opaque(trueup_schema::ops::Opaque { sql: sql.to_owned(), reason: reason.clone() });
                super::perform::record(vm, operation, place);
                unproven(vm, format!("a statement is not understood: {reason}"), place);
            }
        }
    }
    Ok(())
}

/// Runs `CreateTable(table)`, `DropIndex(index)` and their like.
fn run_element(vm: &mut Vm, value: &Value, place: Option<&Place>) -> PyResult<()> {
    let element = vm.lookup_attr(value, "element")?.unwrap_or(Value::None);
    let if_exists = truth(vm, value, "if_exists")?;
    let if_not_exists = truth(vm, value, "if_not_exists")?;
    let cascade = truth(vm, value, "cascade")?;
    let is = |name: &str| is_a(value, &format!("sqlalchemy.schema.{name}"));
    if is("CreateTable") {
        return perform_create_table(vm, &element, if_not_exists, EnumCreation::Once, place);
    }
    let operation: Result<Option<Operation>, Problem> = if is("DropTable") {
        rows::table_of(vm, &element).map(|table| Some(DropTable { table, if_exists, cascade }.into()))
    } else if is("CreateIndex") {
        index_operation(vm, &element, if_not_exists).map(Some)
    } else if is("DropIndex") {
        crate::bind::ddl::drop_index(vm, &element, if_exists).map(Some)
    } else if is("CreateSchema") {
        Ok(element.as_str().map(|name| CreateNamespace { name: name.to_string(), if_not_exists }.into()))
    } else if is("DropSchema") {
        Ok(element.as_str().map(|name| DropNamespace { name: name.to_string(), if_exists, cascade }.into()))
    } else if is("AddConstraint") {
        constraint_operation(vm, &element).map(Some)
    } else if is("CreateSequence") || is("DropSequence") {
        crate::bind::ddl::sequence_operation(vm, &element, is("CreateSequence"), if_exists || if_not_exists).map(Some)
    } else {
        Ok(None)
    };
    match operation {
        Ok(Some(operation)) => perform(vm, operation_step(operation, place)),
        Ok(None) => {
            let name = vm.type_name(value);
            unproven(vm, format!("what the statement `{name}` does is not known"), place);
            Ok(())
        }
        Err(problem) => settle(vm, problem, place),
    }
}

fn truth(vm: &mut Vm, value: &Value, name: &str) -> PyResult<bool> {
    match vm.lookup_attr(value, name)? {
        None | Some(Value::None) => Ok(false),
        Some(found) => Ok(vm.truth(&found)?.is_true()),
    }
}

/// Returns the operation that creates an `Index` object of a table.
pub(crate) fn index_operation(vm: &mut Vm, index: &Value, if_not_exists: bool) -> Result<Operation, Problem> {
    let owner = vm.getattr(index, "table")?;
    let table = rows::table_of(vm, &owner)?;
    let args = Args::default();
    let mut call = Call::new(vm, &args, None);
    let compiled = call.with_context(&table, |vm, context| compile::index(vm, index, context))?;
    let options = vm.getattr(index, "kwargs")?.as_dict();
    let concurrently = options.and_then(|options| options.get_str("postgresql_concurrently"));
    let concurrently = concurrently.is_some_and(|value| value.as_bool() == Some(true));
    Ok(CreateIndex { table, index: compiled, concurrently, if_not_exists }.into())
}

fn constraint_operation(vm: &mut Vm, value: &Value) -> Result<Operation, Problem> {
    let owner = vm.getattr(value, "table")?;
    let table = rows::table_of(vm, &owner)?;
    let args = Args::default();
    let mut call = Call::new(vm, &args, None);
    let constraint = call.with_context(&table, |vm, context| compile::constraint(vm, value, context))?;
    Ok(AddConstraint { table, constraint, using_index: None }.into())
}

/// Judges the call whose argument turned out unknown, by its text.
fn source_effect(vm: &mut Vm, place: Option<&Place>) -> CallEffect {
    let Some(place) = place else { return CallEffect::Schema };
    let Some(text) = context(vm).source_text(place) else { return CallEffect::Schema };
    match trueup_python::parse_expression(&text).map(|expr| expr.kind) {
        Some(ExprKind::Call(call)) => executed_effect(&call),
        _ => CallEffect::Schema,
    }
}

/// Names of operations that change the schema.
fn is_schema_operation(name: &str) -> bool {
    super::TRANSLATIONS.iter().any(|(known, _)| *known == name)
        || matches!(name, "create_table" | "create_entity" | "drop_entity" | "replace_entity" | "revert_entity")
}

/// Judges a call in code that was skipped.
pub(crate) fn skipped_call_effect(callee: &Callee<'_>, call: &CallNode) -> CallEffect {
    let (module, name) = match callee {
        Callee::Value(Value::Function(function)) => (function.source.module.to_string(), function.def.name.to_string()),
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
        "bulk_insert" | "add_all" | "bulk_save_objects" | "bulk_insert_mappings" | "bulk_update_mappings"
        | "commit" | "flush" | "merge" => CallEffect::Data,
        "execute" | "exec_driver_sql" | "scalar" | "scalars" | "executescript" | "executemany" => executed_effect(call),
        "create_all" | "drop_all" | "batch_alter_table" | "invoke" => CallEffect::Schema,
        "create" | "drop" if known || has_bind(call) => CallEffect::Schema,
        _ => CallEffect::None,
    }
}

/// Tells whether a call of `x.create(…)` is given something like a connection.
fn has_bind(call: &CallNode) -> bool {
    let words = ["bind", "conn", "connection", "engine"];
    let is_bind = |expr: &Expr| {
        last_name(expr).is_some_and(|name| words.contains(&name) || name == "get_bind")
    };
    call.args.iter().any(is_bind)
        || call.keywords.iter().any(|(name, value)| {
            matches!(name.as_deref(), Some("checkfirst" | "bind")) || is_bind(value)
        })
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
    if effect == CallEffect::Schema && call.args.len() > 1 && !matches!(argument.kind, ExprKind::Str(_) | ExprKind::Format(_)) {
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
                "text" | "format" | "dedent" | "strip" | "replace" | "join" | "DDL" => match &call.function.kind {
                    ExprKind::Attribute { value, .. } if matches!(name, "format" | "strip" | "replace") => {
                        statement_effect(value)
                    }
                    _ => call.args.first().map_or(CallEffect::Schema, statement_effect),
                },
                "bindparams" => match &call.function.kind {
                    ExprKind::Attribute { value, .. } => statement_effect(value),
                    _ => CallEffect::Schema,
                },
                "insert" | "update" | "delete" | "values" | "where" | "select" | "select_from" | "on_conflict_do_nothing"
                | "on_conflict_do_update" | "from_select" | "filter" | "limit" | "order_by" => CallEffect::Data,
                _ => CallEffect::Schema,
            }
        }
        _ => CallEffect::Schema,
    }
}

fn text_effect(text: &str) -> CallEffect {
    let word: String = text.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    match word.to_ascii_lowercase().as_str() {
        "insert" | "update" | "delete" | "select" | "with" | "copy" | "truncate" | "set" | "show" | "pragma"
        | "lock" | "analyze" | "vacuum" => CallEffect::Data,
        _ => CallEffect::Schema,
    }
}

/// Returns the namespace-qualified name that a table object or text stands for.
pub(crate) fn object_name(vm: &mut Vm, name: &str, namespace: Option<&str>) -> ObjectName {
    ObjectName::qualified(context(vm).dialect, namespace, name)
}
