//! `empty-downgrade`: a downgrade that does nothing although the upgrade does something.

use trueup_schema::{Location, ObjectKind, ObjectRef, Operation, Severity};

use crate::context::{BodyForm, RevisionContext};
use crate::words::count;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "empty-downgrade",
    group: Group::Replay,
    severity: Severity::Warning,
    summary: "The downgrade does nothing, although the upgrade changes the schema",
    enabled: true,
    docs: include_str!("empty_downgrade.md"),
    check: Check::Revision(check),
};

fn check(context: &RevisionContext<'_>, report: &mut Report) {
    let facts = context.facts;
    let changes =
        facts.upgrade.steps.iter().filter(|step| !matches!(step.operation, Operation::RunData(_))).count();
    if facts.downgrade.form != BodyForm::Empty || changes == 0 {
        return;
    }
    let id = context.graph.id(context.index);
    let place =
        facts.downgrade.origin.location().or_else(|| Some(Location::file(context.revision().path.clone())));
    let finding = RULE
        .finding(format!(
            "the downgrade of `{id}` is empty, but its upgrade does {}",
            count(changes, "operation")
        ))
        .at(place)
        .about(ObjectRef::new(ObjectKind::Revision, id))
        .help("undo the operations in reverse order, or raise, so that nobody takes it for undone");
    report.push(finding);
}

#[cfg(test)]
mod tests {
    use trueup_schema::ops::RunData;

    use super::RULE;
    use crate::context::{Body, BodyForm};
    use crate::testing::{add_column, body, revision_findings, schema};

    fn found(up: Body) -> usize {
        let empty = schema(vec![]);
        let down = Body { form: BodyForm::Empty, ..Body::default() };
        revision_findings(&RULE, (up, down), (&empty, &empty, &empty), None).len()
    }

    #[test]
    fn only_when_the_schema_changes() {
        assert_eq!(found(body(vec![add_column("t", "x")])), 1);
        assert_eq!(found(body(vec![RunData { sql: "UPDATE t SET x = 1".to_owned() }.into()])), 0);
        assert_eq!(found(Body { form: BodyForm::Empty, ..Body::default() }), 0);
    }
}
