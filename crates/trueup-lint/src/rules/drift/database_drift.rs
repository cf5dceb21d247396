//! `database-drift`: the database differs from what its revisions build.

use trueup_schema::Severity;

use crate::context::{DriftContext, Source};
use crate::drift::report_differences;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "database-drift",
    group: Group::Drift,
    severity: Severity::Error,
    summary: "The database differs from what its revisions build",
    enabled: true,
    docs: include_str!("database_drift.md"),
    check: Check::Drift(check),
};

fn check(context: &DriftContext<'_>, report: &mut Report) {
    if context.actual.source == Source::Database {
        let help = if context.expected.source == Source::Snapshot {
            "bring the database back, or take the snapshot anew: `trueup diff database snapshot:FILE` shows the statements"
        } else {
            "bring the database and the revisions together: `trueup diff database revisions --sql` writes the statements"
        };
        report_differences(&RULE, context, help, report);
    }
}
