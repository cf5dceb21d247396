//! `failing-operation`: an operation that cannot apply to the schema before it.

use trueup_schema::{ApplyError, Operation, Severity};

use super::unnamed_constraint_drop::is_unnamed;
use crate::context::{BodyForm, RevisionContext, Undone};
use crate::{Cause, Check, Group, Report, Rule};

/// Upgrades are reported by whoever replays them, who alone has the schema at that moment; downgrades are tried here.
pub(in crate::rules) static RULE: Rule = Rule {
    name: "failing-operation",
    group: Group::Replay,
    severity: Severity::Error,
    summary: "An operation cannot apply to the schema that the revisions before it have built",
    enabled: true,
    docs: include_str!("failing_operation.md"),
    check: Check::Revision(check),
};

fn check(context: &RevisionContext<'_>, report: &mut Report) {
    let body = &context.facts.downgrade;
    // After an upgrade that is not wholly known the downgrade cannot be judged.
    if body.form != BodyForm::Steps || context.facts.upgrade.form != BodyForm::Steps {
        return;
    }
    let Undone::Fails { step, error } = context.undone() else { return };
    let step = &body.steps[*step];
    // An unnamed constraint has a rule of its own.
    let is_told = step.unnamed || matches!(&step.operation, Operation::DropConstraint(op) if is_unnamed(op));
    if is_told || matches!(error, ApplyError::NotModelled { .. }) {
        return;
    }
    let revision = context.revision();
    let id = context.graph.id(context.index);
    let finding = RULE
        .finding_as(Severity::Warning, format!("the downgrade of `{id}` fails: {error}"))
        .at(step.origin.location().or_else(|| body.origin.location()))
        .about(trueup_schema::ObjectRef::new(trueup_schema::ObjectKind::Revision, id))
        .help("let it undo exactly what the upgrade has done, in reverse order");
    report.push_unless(finding, vec![Cause::Revision(revision.path.to_string())]);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{add_column, body, create_table, drop_table, revision_findings, schema, table};

    #[test]
    fn a_downgrade_that_drops_what_is_not_there() {
        let after = schema(vec![table("t", &["id"])]);
        let found = revision_findings(
            &RULE,
            (body(vec![create_table(table("t", &["id"]))]), body(vec![drop_table("other")])),
            (&schema(vec![]), &after, &after),
            None,
        );
        assert_eq!(found[0].message, "the downgrade of `a` fails: table `other` does not exist");
    }

    #[test]
    fn a_downgrade_that_applies_is_fine() {
        let after = schema(vec![table("t", &["id"])]);
        let steps = (body(vec![add_column("t", "x")]), body(vec![drop_table("t")]));
        assert!(revision_findings(&RULE, steps, (&schema(vec![]), &after, &after), None).is_empty());
    }
}
