//! `model-drift`: the models and the schema that the revisions build differ.

use trueup_schema::Severity;

use crate::context::{DriftContext, Source};
use crate::drift::report_differences;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "model-drift",
    group: Group::Drift,
    severity: Severity::Error,
    summary: "The models and the schema that the revisions build differ",
    enabled: true,
    docs: include_str!("model_drift.md"),
    check: Check::Drift(check),
};

fn check(context: &DriftContext<'_>, report: &mut Report) {
    if context.expected.source == Source::Models && context.actual.source == Source::Revisions {
        let help = "write a revision: `trueup revision --autogenerate`";
        report_differences(&RULE, context, help, report);
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::diff::{Difference, DifferenceKind};
    use trueup_schema::{Diagnostic, ObjectKind, ObjectRef, Origin, Severity};

    use super::RULE;
    use crate::context::{DriftContext, Side, Source};
    use crate::testing::{findings, schema};
    use crate::{Cause, Check, Report};

    fn difference(object: ObjectRef, kind: DifferenceKind) -> Difference {
        let (expected_origin, actual_origin) = (Origin::none(), Origin::none());
        Difference { object, kind, severity: Severity::Error, expected_origin, actual_origin }
    }

    fn found(differences: &[Difference], report: Report) -> Vec<Diagnostic> {
        let empty = schema(vec![]);
        let side = |source| Side { source, schema: &empty };
        let context =
            DriftContext { expected: side(Source::Models), actual: side(Source::Revisions), differences };
        let mut report = report;
        let Check::Drift(check) = RULE.check else { unreachable!("a drift rule") };
        check(&context, &mut report);
        findings(report)
    }

    fn users(kind: DifferenceKind) -> Difference {
        difference(ObjectRef::new(ObjectKind::Table, "users"), kind)
    }

    fn age(property: &'static str, expected: &str, actual: &str) -> Difference {
        let kind =
            DifferenceKind::Changed { property, expected: expected.to_owned(), actual: actual.to_owned() };
        difference(ObjectRef::of_table(ObjectKind::Column, "age", "users"), kind)
    }

    #[test]
    fn a_missing_table() {
        let found = found(&[users(DifferenceKind::Removed)], Report::new());
        assert_eq!(found[0].message, "table `users` is in the models, but not in the revisions");
    }

    #[test]
    fn the_properties_of_an_object_are_one_finding_with_both_sides() {
        let differences = [age("type", "bigint", "integer"), age("default", "", "0")];
        let found = found(&differences, Report::new());
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "column `users.age` differs: type is `bigint` in the models, `integer` in the revisions; \
             default is nothing in the models, `0` in the revisions"
        );
    }

    #[test]
    fn a_table_that_nobody_registered_is_told_there() {
        let mut report = Report::new();
        let cause = Diagnostic::new("unregistered-model", Severity::Error, "x");
        report.push_cause(cause, vec![Cause::Table("users".to_owned())]);
        let found = found(&[users(DifferenceKind::Added)], report);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].related.len(), 0);
        assert_eq!(found[0].rule, "unregistered-model");
    }

    #[test]
    fn no_difference_is_silent() {
        assert!(found(&[], Report::new()).is_empty());
    }
}
