//! What code that did not run would have done, because it hangs on something unknown.

use trueup_python::{Callee, Effect, UnknownBranch, UnknownCall, Value, Vm, ast};

use crate::compile::is_a;
use crate::op::{inserted_by_source, record_data, send_unknown, skipped_call_effect, unproven};

/// Judges a call in skipped code.
pub(crate) fn judge_call(callee: &Callee<'_>, call: &ast::Call) -> Effect {
    skipped_call_effect(callee, call)
}

/// Takes note of skipped code: a change of the schema makes the revision unproven, a change of rows is a data step.
pub(crate) fn skipped_branch(vm: &mut Vm, branch: &UnknownBranch) {
    match branch.effect {
        Effect::None => {}
        Effect::Data => {
            let place = branch.calls.first().unwrap_or(&branch.place).clone();
            record_data(vm, "a statement on rows that hangs on something unknown", Some(&place));
            send_unknown(
                vm,
                format!("whether this runs is not known: {}", branch.reason.reason),
                Some(&place),
            );
            for place in &branch.calls {
                inserted_by_source(vm, Some(place));
            }
        }
        Effect::Schema => {
            let place = branch.calls.first().unwrap_or(&branch.place).clone();
            let reason = format!("whether this runs is not known: {}", branch.reason.reason);
            unproven(vm, reason, Some(&place));
        }
    }
}

/// Takes note of a call of code that is not part of the project: whoever is handed a connection, a session or `op` may
/// do anything to the schema.
pub(crate) fn unknown_call(vm: &mut Vm, call: &UnknownCall<'_>) {
    let name = call.callee.rsplit('.').next().unwrap_or(call.callee);
    if only_looks(name) {
        return;
    }
    let given = call.args.positional.iter().chain(call.args.keywords.iter().map(|(_, value)| value));
    if given.clone().any(gives_access) {
        let reason = format!(
            "`{}` is handed the connection, and what it does is not known: {}",
            call.callee, call.reason.reason
        );
        unproven(vm, reason, Some(&call.place));
    }
}

/// Tells whether a value lets its holder change the schema.
fn gives_access(value: &Value) -> bool {
    const HANDLES: [&str; 6] = [
        "sqlalchemy.engine.base.Connection",
        "sqlalchemy.engine.base.Engine",
        "sqlalchemy.engine.base._RawConnection",
        "sqlalchemy.engine.base._Cursor",
        "sqlalchemy.orm.session.Session",
        "alembic.operations.base.AbstractOperations",
    ];
    match value {
        Value::Module(module) => &*module.name == "alembic.op",
        value => HANDLES.iter().any(|class| is_a(value, class)),
    }
}

/// Tells whether a function is by its name one that reads or writes a log.
fn only_looks(name: &str) -> bool {
    const LOGS: [&str; 8] = ["debug", "info", "warning", "warn", "error", "exception", "critical", "log"];
    const BEGINNINGS: [&str; 6] = ["read_", "has_", "is_", "get_", "fetch", "inspect"];
    LOGS.contains(&name) || BEGINNINGS.iter().any(|start| name.starts_with(start))
}
