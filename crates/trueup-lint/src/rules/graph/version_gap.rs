//! `version-gap`: a number that is missing in a folder of numbered SQL files.

use trueup_schema::Severity;

use crate::{Check, Group, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "version-gap",
    group: Group::Graph,
    severity: Severity::Warning,
    summary: "A number is missing in a folder of numbered SQL files",
    enabled: true,
    docs: include_str!("version_gap.md"),
    check: Check::Reported,
};
