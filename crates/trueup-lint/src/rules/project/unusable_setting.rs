//! `unusable-setting`: a line of the configuration that cannot be used.

use trueup_schema::Severity;

use crate::{Check, Group, Rule};

/// Found by the reader of the configuration.
pub(in crate::rules) static RULE: Rule = Rule {
    name: "unusable-setting",
    group: Group::Project,
    severity: Severity::Warning,
    summary: "A line of the configuration has no effect, or stops Alembic",
    enabled: true,
    docs: include_str!("unusable_setting.md"),
    check: Check::Reported,
};
