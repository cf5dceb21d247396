//! `unreadable-model`: a model of which a part is not known.

use trueup_schema::Severity;

use crate::{Check, Group, Rule};

/// Found by the interpreter of the models, which alone knows what it could not follow.
pub(in crate::rules) static RULE: Rule = Rule {
    name: "unreadable-model",
    group: Group::Models,
    severity: Severity::Warning,
    summary: "A model cannot be read, so nothing is known of its table",
    enabled: true,
    docs: include_str!("unreadable_model.md"),
    check: Check::Reported,
};
