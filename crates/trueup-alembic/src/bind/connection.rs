//! The connection, its transactions, and what the environment tells beside it.

use trueup_python::{PyResult, Value, Vm};

use super::execute::execute;
use super::rows;
use crate::op::{context, raise_failure, send_unknown};
use crate::replay::{Action, record_step};

/// Makes the natives known to an interpreter.
pub(super) fn register(vm: &mut Vm) {
    for module in ["alembic.operations.base", "alembic.runtime.migration"] {
        vm.register(&format!("{module}._bind"), |vm, _| bind(vm));
    }
    vm.register("alembic.runtime.migration._enter_autocommit", |vm, _| {
        // Everything before is committed, so an earlier failure no longer blocks the connection.
        step(vm, Action::Autocommit(true));
        let context = context(vm);
        let mut state = context.state.borrow_mut();
        state.transaction.aborted = false;
        state.transaction.autocommit = true;
        Ok(Value::None)
    });
    vm.register("alembic.runtime.migration._leave_autocommit", |vm, _| {
        step(vm, Action::Autocommit(false));
        context(vm).state.borrow_mut().transaction.autocommit = false;
        Ok(Value::None)
    });
    vm.register("alembic.context.is_offline_mode", |_, _| Ok(Value::Bool(false)));
    crate::env::register_x_arguments(vm, &[]);
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
        step(vm, Action::Savepoint);
        let context = context(vm);
        let mut state = context.state.borrow_mut();
        let schema = state.schema.clone();
        state.transaction.savepoints.push(schema);
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.base._release", |vm, _| {
        step(vm, Action::Release);
        context(vm).state.borrow_mut().transaction.savepoints.pop();
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.base._rollback", |vm, args| {
        let nested = args.get("nested").and_then(Value::as_bool) == Some(true);
        if nested {
            step(vm, Action::RollbackTo);
        } else {
            unknown_step(vm, "the revision rolls its transaction back");
        }
        let context = context(vm);
        let mut state = context.state.borrow_mut();
        state.transaction.aborted = false;
        if nested && let Some(schema) = state.transaction.savepoints.pop() {
            state.schema = schema;
        }
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.base._commit", |vm, _| {
        step(vm, Action::Commit);
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.base._began_again", |vm, _| {
        unknown_step(vm, "the revision begins a transaction inside of Alembic's");
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.base._rollback_below", |vm, _| {
        unknown_step(vm, "the revision rolls its transaction back");
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.base._changes_transactions", |vm, args| {
        let reason = args.get("reason").and_then(Value::as_str).unwrap_or_default();
        unknown_step(vm, &reason);
        Ok(Value::None)
    });
    vm.register("sqlalchemy.engine.result._rely_on", rows::rely_on);
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

/// Adds a step to the script.
fn step(vm: &mut Vm, action: Action) {
    let place = vm.user_place();
    record_step(vm, action, place.as_ref());
}

fn unknown_step(vm: &mut Vm, reason: &str) {
    let place = vm.user_place();
    send_unknown(vm, reason, place.as_ref());
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
