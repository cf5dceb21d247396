//! What code that did not run would have done, because it hangs on something unknown.

use trueup_python::{Callee, Effect, UnknownBranch, Vm, ast};

use crate::op::{inserted_by_source, record_data, skipped_call_effect, unproven};

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
