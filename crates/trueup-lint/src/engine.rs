//! Runs the rules: one function per context, each over all rules that look at it.
//!
//! All rules run whatever is selected; [`Report::finish`] drops what nobody wants. A rule that is not selected may still
//! explain another finding, and the cost of running it is small beside reading the project.

use crate::context::{
    DriftContext, GraphContext, ModelsContext, OperationContext, ProjectContext, RevisionContext,
};
use crate::{Check, RULES, Report};

/// Runs the rules on the graph of revisions.
pub fn check_graph(context: &GraphContext<'_>, report: &mut Report) {
    for rule in RULES {
        if let Check::Graph(check) = rule.check {
            check(context, report);
        }
    }
}

/// Runs the rules on the project's Python.
pub fn check_project(context: &ProjectContext<'_>, report: &mut Report) {
    for rule in RULES {
        if let Check::Project(check) = rule.check {
            check(context, report);
        }
    }
}

/// Runs the rules on the schema of the models.
pub fn check_models(context: &ModelsContext<'_>, report: &mut Report) {
    for rule in RULES {
        if let Check::Models(check) = rule.check {
            check(context, report);
        }
    }
}

/// Runs the rules on one revision as a whole (not those on its operations).
pub fn check_revision(context: &RevisionContext<'_>, report: &mut Report) {
    for rule in RULES {
        if let Check::Revision(check) = rule.check {
            check(context, report);
        }
    }
}

/// Runs the rules on one operation.
pub fn check_operation(context: &OperationContext<'_>, report: &mut Report) {
    for rule in RULES {
        if let Check::Operation(check) = rule.check {
            check(context, report);
        }
    }
}

/// Runs the rules on the differences of two schemas.
pub fn check_drift(context: &DriftContext<'_>, report: &mut Report) {
    for rule in RULES {
        if let Check::Drift(check) = rule.check {
            check(context, report);
        }
    }
}
