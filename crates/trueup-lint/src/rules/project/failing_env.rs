//! `failing-env`: an env.py that raises, exits or never ends.

use trueup_schema::Severity;

use crate::{Check, Group, Rule};

/// Found by the interpreter that runs env.py.
pub(in crate::rules) static RULE: Rule = Rule {
    name: "failing-env",
    group: Group::Project,
    severity: Severity::Warning,
    summary: "env.py stops before it is done",
    enabled: true,
    docs: include_str!("failing_env.md"),
    check: Check::Reported,
};
