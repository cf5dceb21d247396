//! What code that did not run would have done, because it hangs on something unknown.

use trueup_python::{Callee, Effect, UnknownBranch, Vm, ast};

use crate::op::{context, record_data, skipped_call_effect, unproven};

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
            let context = context(vm);
            let inserts = branch.calls.iter().any(|place| match context.source_text(place) {
                Some(text) => {
                    let text = text.to_ascii_lowercase();
                    ["insert", ".add", "bulk_", ".merge"].iter().any(|word| text.contains(word))
                }
                None => true,
            });
            if inserts {
                context.state.borrow_mut().rows.insert_anywhere();
            }
        }
        Effect::Schema => {
            let place = branch.calls.first().unwrap_or(&branch.place).clone();
            let reason = format!("whether this runs is not known: {}", branch.reason.reason);
            unproven(vm, reason, Some(&place));
        }
    }
}
