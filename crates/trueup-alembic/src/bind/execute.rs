//! Statements handed to a connection: simulated, answered where the schema tells, and written into the script.

use trueup_python::{Args, Place, PyResult, Value, Vm};

use super::live;
use super::query::{self, Answer};
use super::rows::{self, Known};
use crate::compile::{CompileError, is_a};
use crate::op::{
    Given, Problem, Statement, context, record_data, run_statement, run_text, run_unknown, send_rows,
    send_unknown, settle, sql_of_statement,
};

/// `connection.execute(statement, parameters)`.
pub(super) fn execute(vm: &mut Vm, args: Args) -> PyResult {
    let statement = args.get("statement").cloned().unwrap_or(Value::None);
    let given = parameters(&args);
    let place = vm.user_place();
    if statement.is_unknown() {
        run_statement(vm, &statement, place.as_ref())?;
        return Ok(vm.unknown("the result of a statement that is not known"));
    }
    match sql_of_statement(vm, &statement) {
        Ok(Statement::Text(text)) => execute_text(vm, &statement, &text, &given),
        Ok(Statement::Rows(statement)) => execute_rows(vm, &statement, &given),
        Ok(Statement::Ddl(_) | Statement::Nothing) => {
            run_statement(vm, &statement, place.as_ref())?;
            rows::result(vm, Known::default(), Value::Int(-1))
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

/// Reads what a call gives as parameters: one set, or several to run the statement with.
fn parameters(args: &Args) -> Given {
    let style = args.get("style").and_then(Value::as_str).unwrap_or_else(|| "element".into());
    let parameters = args.get("parameters").cloned().unwrap_or(Value::None);
    let keywords = args.get("keywords").cloned().unwrap_or(Value::None);
    let more = args.get("more").and_then(Value::items).unwrap_or_default();
    let parameters = if parameters.is_none() { keywords } else { parameters };
    let is_empty = parameters.as_dict().is_some_and(|found| found.is_empty())
        || parameters.items().is_some_and(|items| items.is_empty());
    let is_list_of_sets = |items: &[Value]| {
        items.first().is_some_and(|first| first.as_dict().is_some() || matches!(first, Value::Tuple(_)))
    };
    let mut sets = match (&*style, parameters.items()) {
        _ if parameters.is_none() || is_empty => Vec::new(),
        ("cursor", _) => vec![parameters.clone()],
        (_, Some(items)) if matches!(parameters, Value::List(_)) && is_list_of_sets(&items) => items,
        ("many", Some(items)) => items,
        _ => vec![parameters.clone()],
    };
    sets.extend(more);
    Given { first: parameters, sets, is_for_driver: &*style != "element", is_simulated: &*style != "other" }
}

/// Runs SQL text; queries are answered where the schema tells.
fn execute_text(vm: &mut Vm, statement: &Value, text: &str, given: &Given) -> PyResult {
    let place = vm.user_place();
    let context = context(vm);
    let bound = query::bind_parameters(vm, text, &given.first);
    if query::is_query(&bound) {
        return answer(vm, statement, text, &bound, given);
    }
    run_text(vm, statement, text, &bound, given, place.as_ref())?;
    let untouched = query::empty_target(&context.state.borrow(), &bound);
    if query::returns_rows(&bound) && untouched.is_none() {
        return returned(vm);
    }
    changed(vm, untouched)
}

/// Returns the rows that the statement which was recorded last returns.
fn returned(vm: &mut Vm) -> PyResult {
    match live::take_last(vm).filter(|_| live::is_live(vm)) {
        Some(sql) => ask(vm, Ok(vec![sql])),
        None => Ok(vm.unknown("the rows that a statement returns are known only to the database")),
    }
}

/// Asks a real database the one query that a statement is.
fn ask(vm: &mut Vm, texts: Result<Vec<String>, CompileError>) -> PyResult {
    let text = match texts {
        Ok(texts) if texts.len() == 1 => texts.into_iter().next().unwrap_or_default(),
        Ok(_) => return Ok(vm.unknown("a query with several sets of parameters")),
        Err(error) => return Ok(vm.unknown(error.message)),
    };
    match live::ask(vm, &text)? {
        Some(Answer::Rows { keys, rows: found }) => {
            let count = Value::Int(found.len() as i128);
            let keys = keys.into_iter().map(Value::from).collect();
            rows::result(vm, Known { rows: found, keys, ..Known::default() }, count)
        }
        _ => Ok(vm.unknown("the rows of a query are known only to the database")),
    }
}

/// Answers a query.
fn answer(vm: &mut Vm, statement: &Value, text: &str, bound: &str, given: &Given) -> PyResult {
    let place = vm.user_place();
    let context = context(vm);
    let answer = query::answer(&context.state.borrow(), bound);
    match answer {
        Answer::Rows { keys, rows: found } => {
            let keys = keys.into_iter().map(Value::from).collect();
            let premises = context.state.borrow().empty_tables_in(bound);
            rows::result(vm, Known { rows: found, keys, premises }, Value::Int(-1))
        }
        Answer::Unknown(_) if live::is_live(vm) => {
            let texts = crate::op::texts_of(vm, statement, text, given);
            ask(vm, texts)
        }
        Answer::Unknown(reason) => {
            if !query::only_reads(context.dialect, bound) {
                crate::op::send_text(vm, statement, text, given, place.as_ref());
            }
            Ok(vm.unknown(reason))
        }
    }
}

/// Returns the result of a statement that changes rows: how many is known where there are none.
fn changed(vm: &mut Vm, untouched: Option<trueup_schema::ObjectName>) -> PyResult {
    let count = match (untouched.is_some(), live::changed(vm)?) {
        (_, Some(count)) => Value::Int(i128::from(count)),
        (true, None) => Value::Int(0),
        (false, None) => vm.unknown("how many rows a statement changes is known only to the database"),
    };
    let premises = untouched.into_iter().collect();
    rows::result(vm, Known { premises, ..Known::default() }, count)
}

/// Runs a statement on rows that SQLAlchemy built.
fn execute_rows(vm: &mut Vm, statement: &Value, given: &Given) -> PyResult {
    let place = vm.user_place();
    if !is_a(statement, "sqlalchemy._elements.UpdateBase") {
        return execute_select(vm, statement, given, place.as_ref());
    }
    let nothing_to_insert = given.first.items().is_some_and(|items| items.is_empty());
    if nothing_to_insert {
        record_data(vm, "a statement on rows, run for no rows", place.as_ref());
        send_unknown(vm, "a statement on rows is run for an empty list of rows", place.as_ref());
    } else {
        rows::run(vm, statement, place.as_ref());
        send_rows(vm, statement, &given.sets, place.as_ref());
    }
    let is_insert = is_a(statement, "sqlalchemy._elements.Insert");
    let untouched = if is_insert { None } else { rows::empty_target(vm, statement) };
    let returns = rows::calls(vm, statement).iter().any(|(name, _)| &**name == "returning");
    if returns && untouched.is_none() {
        return returned(vm);
    }
    changed(vm, untouched)
}

fn execute_select(vm: &mut Vm, statement: &Value, given: &Given, place: Option<&Place>) -> PyResult {
    match rows::select_rows(vm, statement) {
        rows::Rows::None(premises) => rows::result(vm, Known { premises, ..Known::default() }, Value::Int(0)),
        rows::Rows::Aggregates(values, premises) => {
            let keys = (1..=values.len()).map(|number| Value::from(format!("count_{number}"))).collect();
            rows::result(vm, Known { rows: vec![values], keys, premises }, Value::Int(1))
        }
        rows::Rows::Unknown if live::is_live(vm) => {
            let texts = crate::op::rows_texts(vm, statement, &given.sets);
            ask(vm, texts)
        }
        rows::Rows::Unknown => {
            crate::op::send_query(vm, statement, &given.sets, place, query::only_reads);
            Ok(vm.unknown("the rows of a query are known only to the database"))
        }
    }
}
