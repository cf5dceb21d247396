//! Statements handed to a connection, and its transactions.

use trueup_python::{Args, PyResult, Value, Vm};

use super::query::{self, Answer};
use super::rows;
use crate::op::{
    Problem, Statement, context, raise_failure, record_data, run_sql, run_statement, run_unknown, settle,
    sql_of_statement,
};

/// Makes the natives known to an interpreter.
pub(super) fn register(vm: &mut Vm) {
    for module in ["alembic.operations.base", "alembic.runtime.migration"] {
        vm.register(&format!("{module}._bind"), |vm, _| bind(vm));
    }
    vm.register("alembic.runtime.migration._enter_autocommit", |vm, _| {
        // Everything before is committed, so an earlier failure no longer blocks the connection.
        let context = context(vm);
        let mut state = context.state.borrow_mut();
        state.transaction.aborted = false;
        state.transaction.autocommit = true;
        Ok(Value::None)
    });
    vm.register("alembic.runtime.migration._leave_autocommit", |vm, _| {
        context(vm).state.borrow_mut().transaction.autocommit = false;
        Ok(Value::None)
    });
    vm.register("alembic.context.is_offline_mode", |_, _| Ok(Value::Bool(false)));
    vm.register("alembic.context.get_x_argument", |_, args| {
        let as_dictionary = args.get("as_dictionary").and_then(Value::as_bool) == Some(true);
        Ok(if as_dictionary { Value::dict_of([]) } else { Value::list(Vec::new()) })
    });
    vm.register("alembic.context.get_tag_argument", |_, _| Ok(Value::None));
    vm.register("alembic.config.Config.get_main_option", |vm, args| {
        let name = args.get("name").and_then(Value::as_str).unwrap_or_else(|| "".into());
        let default = args.get("default").cloned().unwrap_or(Value::None);
        let context = context(vm);
        let options = context.main_options.borrow();
        Ok(match &*options {
            Some(options) => options.get(&*name).map_or(default, Value::str),
            None => vm.unknown(format!("the option `{name}` of Alembic's configuration is not known")),
        })
    });
    vm.register("sqlalchemy.engine.base._execute", execute);
    vm.register("sqlalchemy.engine.base._refuse_text", |vm, args| {
        let Some(text) = args.get("statement").and_then(Value::as_str) else { return Ok(Value::None) };
        // Without a word on the version it may be an older project, whose connections take texts.
        if context(vm).library_version("sqlalchemy").is_some_and(|version| version.major >= 2) {
            let start: String = text.chars().take(40).collect();
            let message = format!("Not an executable object: '{start}': it must be `sa.text(…)`");
            let place = vm.user_place();
            raise_failure(vm, "sqlalchemy.exc.ObjectNotExecutableError", message, place.as_ref())?;
        }
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.base._savepoint", |vm, _| {
        let context = context(vm);
        let mut state = context.state.borrow_mut();
        let schema = state.schema.clone();
        state.transaction.savepoints.push(schema);
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.base._release", |vm, _| {
        context(vm).state.borrow_mut().transaction.savepoints.pop();
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.base._rollback", |vm, args| {
        let nested = args.get("nested").and_then(Value::as_bool) == Some(true);
        let context = context(vm);
        let mut state = context.state.borrow_mut();
        state.transaction.aborted = false;
        if nested && let Some(schema) = state.transaction.savepoints.pop() {
            state.schema = schema;
        }
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.base._unknown_statement", |vm, _| {
        let place = vm.user_place();
        crate::op::unproven(vm, "what is run on the connection is not known", place.as_ref());
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.result._unknown", |vm, args| {
        let what = args.get("reason").and_then(Value::as_str).unwrap_or_else(|| "it".into());
        Ok(vm.unknown(format!("{what} is known only to the database")))
    });
}

/// Returns the connection of the replay.
fn bind(vm: &mut Vm) -> PyResult {
    let context = context(vm);
    if let Some(connection) = context.connection.borrow().clone() {
        return Ok(connection);
    }
    let dialect = vm.module_attr("sqlalchemy.dialects", "Dialect")?;
    let dialect = vm.call_with(&dialect, vec![Value::str(context.dialect.name())])?;
    let engine = vm.module_attr("sqlalchemy.engine.base", "Engine")?;
    let engine = vm.call_with(&engine, vec![dialect])?;
    let connection = vm.module_attr("sqlalchemy.engine.base", "Connection")?;
    let connection = vm.call_with(&connection, vec![engine])?;
    *context.connection.borrow_mut() = Some(connection.clone());
    Ok(connection)
}

/// `connection.execute(statement, parameters)`.
fn execute(vm: &mut Vm, args: Args) -> PyResult {
    let statement = args.get("statement").cloned().unwrap_or(Value::None);
    let parameters = args.get("parameters").cloned().unwrap_or(Value::None);
    let keywords = args.get("keywords").cloned().unwrap_or(Value::None);
    let parameters = if parameters.is_none() { keywords } else { parameters };
    let place = vm.user_place();
    if statement.is_unknown() {
        run_statement(vm, &statement, place.as_ref())?;
        return Ok(vm.unknown("the result of a statement that is not known"));
    }
    match sql_of_statement(vm, &statement) {
        Ok(Statement::Text(text)) => execute_text(vm, &text, &parameters),
        Ok(Statement::Rows(statement)) => execute_rows(vm, &statement, &parameters),
        Ok(Statement::Ddl(_) | Statement::Nothing) => {
            run_statement(vm, &statement, place.as_ref())?;
            rows::result(vm, Vec::new(), Vec::new(), Value::Int(-1))
        }
        Err(Problem::Unknown { reason, .. }) => {
            run_unknown(vm, &reason, place.as_ref());
            Ok(vm.unknown("the result of a statement that is not known"))
        }
        Err(problem) => {
            settle(vm, problem, place.as_ref())?;
            Ok(vm.unknown("the result of a statement that is not known"))
        }
    }
}

/// Runs SQL text; queries are answered where the schema tells.
fn execute_text(vm: &mut Vm, text: &str, parameters: &Value) -> PyResult {
    let place = vm.user_place();
    let context = context(vm);
    let bound = query::bind_parameters(vm, text, parameters);
    if query::is_query(&bound) {
        let answer = query::answer(&context.state.borrow(), &bound);
        return match answer {
            Answer::Rows { keys, rows: found } => {
                let keys = keys.into_iter().map(Value::from).collect();
                rows::result(vm, found, keys, Value::Int(-1))
            }
            Answer::Unknown(reason) => Ok(vm.unknown(reason)),
        };
    }
    run_sql(vm, &bound, place.as_ref())?;
    let untouched = query::changes_no_row(&context.state.borrow(), &bound);
    if query::returns_rows(&bound) && !untouched {
        return Ok(vm.unknown("the rows that a statement returns are known only to the database"));
    }
    let count = if untouched {
        Value::Int(0)
    } else {
        vm.unknown("how many rows a statement changes is known only to the database")
    };
    rows::result(vm, Vec::new(), Vec::new(), count)
}

/// Runs a statement on rows that SQLAlchemy built.
fn execute_rows(vm: &mut Vm, statement: &Value, parameters: &Value) -> PyResult {
    let place = vm.user_place();
    if !crate::compile::is_a(statement, "sqlalchemy._elements.UpdateBase") {
        return match rows::select_rows(vm, statement) {
            rows::Rows::None => rows::result(vm, Vec::new(), Vec::new(), Value::Int(0)),
            rows::Rows::Aggregates(values) => {
                let keys = (1..=values.len()).map(|number| Value::from(format!("count_{number}"))).collect();
                rows::result(vm, vec![values], keys, Value::Int(1))
            }
            rows::Rows::Unknown => Ok(vm.unknown("the rows of a query are known only to the database")),
        };
    }
    let nothing_to_insert = parameters.items().is_some_and(|items| items.is_empty());
    if nothing_to_insert {
        record_data(vm, "a statement on rows, run for no rows", place.as_ref());
    } else {
        rows::run(vm, statement, place.as_ref());
    }
    let is_insert = crate::compile::is_a(statement, "sqlalchemy._elements.Insert");
    let untouched = !is_insert && rows::target_is_empty(vm, statement);
    let returns = rows::calls(vm, statement).iter().any(|(name, _)| &**name == "returning");
    if returns && !untouched {
        return Ok(vm.unknown("the rows that a statement returns are known only to the database"));
    }
    let count = if untouched {
        Value::Int(0)
    } else {
        vm.unknown("how many rows a statement changes is known only to the database")
    };
    rows::result(vm, Vec::new(), Vec::new(), count)
}
