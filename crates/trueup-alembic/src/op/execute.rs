//! `op.execute`, `op.bulk_insert` and whatever else is handed to a connection: SQL text, DDL elements, statements on rows.

use trueup_python::{Args, Effect as CallEffect, Place, PyResult, Value, Vm};
use trueup_schema::ops::{AddConstraint, CreateIndex, CreateNamespace, DropNamespace, DropTable};
use trueup_schema::{ObjectName, Operation};
use trueup_sql::{Effect, ReadContext, StatementEffect, Transaction, read};

use super::table::{EnumCreation, operation_step};
use super::written::{inserted_by_source, source_effect};
use super::{
    Call, Given, Problem, context, is_plain, is_wanted, perform, perform_create_table, raise_failure,
    record_data, send_rows, send_text, send_unknown, settle, unproven,
};
use crate::bind::rows;
use crate::compile::{self, is_a};
use crate::replay::{Action, record_step, without_steps};

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
    if let Some(name) = statement.as_str().and_then(|text| compile::first_parameter(&text).map(str::to_owned))
    {
        let message = format!(
            "a value is required for bind parameter '{name}': in a text, `:{name}` is one unless it is written `\\:{name}`"
        );
        raise_failure(vm, "sqlalchemy.exc.StatementError", message, place.as_ref())?;
    }
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
    let words = name.as_ref().map_or_else(|| "a table".to_owned(), ObjectName::to_sql);
    record_data(vm, format!("INSERT INTO {words} …"), place.as_ref());
    rows::inserted(vm, name);
    let at_once = args.get("multiinsert").and_then(Value::as_bool) != Some(false);
    send_bulk(vm, &table, &rows, at_once, place.as_ref());
    Ok(Value::None)
}

/// Adds the statements of a `bulk_insert` to the script.
///
/// Source: Alembic 1.20 `DefaultImpl.bulk_insert`: all rows are parameters of one INSERT, or each is one of its own.
fn send_bulk(vm: &mut Vm, table: &Value, rows: &Value, at_once: bool, place: Option<&Place>) {
    if !is_wanted(vm) {
        return;
    }
    if rows.is_none() {
        // Without rows Alembic sends nothing.
        return;
    }
    if let Some(unknown) = rows.as_unknown() {
        return send_unknown(vm, format!("the rows are not known: {}", unknown.reason), place);
    }
    let insert = |vm: &mut Vm| -> PyResult<(Value, Vec<Value>)> {
        let class = vm.module_attr("sqlalchemy._elements", "Insert")?;
        Ok((vm.call_with(&class, vec![table.clone()])?, vm.iterate(rows)?))
    };
    let (insert, rows) = match insert(vm) {
        Ok(found) => found,
        Err(raised) => return send_unknown(vm, raised.summary().to_owned(), place),
    };
    if at_once {
        return send_rows(vm, &insert, &rows, place);
    }
    for row in rows {
        let values = vm.call_method(&insert, "values", Args::positional(vec![row]));
        match values {
            Ok(statement) => send_rows(vm, &statement, &[], place),
            Err(raised) => return send_unknown(vm, raised.summary().to_owned(), place),
        }
    }
}

/// Runs whatever was given to `execute()`, without parameters.
pub(crate) fn run_statement(vm: &mut Vm, value: &Value, place: Option<&Place>) -> PyResult<()> {
    if let Some(unknown) = value.as_unknown() {
        run_unknown(vm, &unknown.reason, place);
        return Ok(());
    }
    match sql_of_statement(vm, value) {
        Ok(Statement::Text(text)) => run_text(vm, value, &text, &text, &Given::nothing(), place),
        Ok(Statement::Rows(statement)) => {
            rows::run(vm, &statement, place);
            send_rows(vm, &statement, &[], place);
            Ok(())
        }
        Ok(Statement::Ddl(element)) => run_element(vm, &element, place),
        Ok(Statement::Nothing) => Ok(()),
        Err(Problem::Unknown { reason, .. }) => {
            run_unknown(vm, &reason, place);
            Ok(())
        }
        Err(problem) => settle(vm, problem, place),
    }
}

/// Runs a statement of which a part is not known: what is written may still tell that it is on rows only.
pub(crate) fn run_unknown(vm: &mut Vm, reason: &str, place: Option<&Place>) {
    if source_effect(vm, place) == CallEffect::Data {
        record_data(vm, "a statement on rows that is not fully known", place);
        send_unknown(vm, format!("the statement is not known: {reason}"), place);
        inserted_by_source(vm, place);
    } else {
        unproven(vm, format!("the statement is not known: {reason}"), place);
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

/// Simulates SQL text, and adds it to the script with its parameters: `bound` is the text with those that are known.
pub(crate) fn run_text(
    vm: &mut Vm,
    statement: &Value,
    text: &str,
    bound: &str,
    given: &Given,
    place: Option<&Place>,
) -> PyResult<()> {
    if !is_wanted(vm) || is_plain(vm, statement, given) {
        return run_sql(vm, bound, place);
    }
    without_steps(vm, |vm| run_sql(vm, bound, place))?;
    send_text(vm, statement, text, given, place);
    Ok(())
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
        let action = sent(&statement.effect, sql);
        without_steps(vm, |vm| simulate(vm, statement, sql, place))?;
        record_step(vm, action, place);
    }
    Ok(())
}

/// Simulates one statement of SQL text.
fn simulate(vm: &mut Vm, statement: StatementEffect, sql: &str, place: Option<&Place>) -> PyResult<()> {
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
        Effect::Transaction(_) => context(vm).state.borrow_mut().transaction.aborted = false,
        Effect::Opaque(reason) => {
            let opaque = trueup_schema::ops::Opaque { sql: sql.to_owned(), reason: reason.clone() };
            super::perform::record(vm, Operation::Opaque(opaque), place);
            unproven(vm, format!("a statement is not understood: {reason}"), place);
        }
    }
    Ok(())
}

/// Returns what a script has for a statement of SQL text.
fn sent(effect: &Effect, sql: &str) -> Action {
    match effect {
        Effect::Transaction(Transaction::Begin) => Action::Begin,
        Effect::Transaction(Transaction::Commit) => Action::Commit,
        Effect::Transaction(Transaction::Rollback) => {
            Action::Live("the revision rolls its transaction back".to_owned())
        }
        _ if copies_from_client(sql) => {
            Action::Live("rows of a COPY come from the client, which is not simulated".to_owned())
        }
        _ => Action::Sql(sql.to_owned()),
    }
}

/// Tells whether a statement is `COPY … FROM STDIN`.
fn copies_from_client(sql: &str) -> bool {
    let mut words = sql.split_whitespace();
    words.next().is_some_and(|word| word.eq_ignore_ascii_case("copy"))
        && words.any(|word| word.trim_end_matches(';').eq_ignore_ascii_case("stdin"))
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
        crate::bind::ddl::sequence_operation(vm, &element, is("CreateSequence"), if_exists || if_not_exists)
            .map(Some)
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

/// Returns the namespace-qualified name that a table object or text stands for.
pub(crate) fn object_name(vm: &mut Vm, name: &str, namespace: Option<&str>) -> ObjectName {
    ObjectName::qualified(context(vm).dialect, namespace, name)
}
