//! `unproven-revision`: a revision whose effect could not be read.

use trueup_schema::Severity;

use crate::{Check, Group, Rule};

/// Found by the interpreter of revisions, which alone knows what it could not follow.
pub(in crate::rules) static RULE: Rule = Rule {
    name: "unproven-revision",
    group: Group::Replay,
    severity: Severity::Warning,
    summary: "What a revision does could not be read, so nothing after it is proved",
    enabled: true,
    docs: include_str!("unproven_revision.md"),
    check: Check::Reported,
};
