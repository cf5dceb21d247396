//! `unused-suppression`: a suppression comment without effect.

use trueup_schema::Severity;

use crate::{Check, Group, Rule};

/// Found by [`crate::Report::finish`], which alone knows what was suppressed.
pub(in crate::rules) static RULE: Rule = Rule {
    name: "unused-suppression",
    group: Group::Project,
    severity: Severity::Warning,
    summary: "A suppression comment suppresses nothing",
    enabled: true,
    docs: include_str!("unused_suppression.md"),
    check: Check::Reported,
};
