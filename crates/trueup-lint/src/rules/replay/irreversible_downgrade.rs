//! `irreversible-downgrade`: a downgrade that raises, or that does not exist.

use trueup_schema::{Location, ObjectKind, ObjectRef, Severity};

use crate::context::{BodyForm, RevisionContext};
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "irreversible-downgrade",
    group: Group::Replay,
    severity: Severity::Warning,
    summary: "A revision cannot be downgraded",
    enabled: true,
    docs: include_str!("irreversible_downgrade.md"),
    check: Check::Revision(check),
};

fn check(context: &RevisionContext<'_>, report: &mut Report) {
    let id = context.graph.id(context.index);
    let body = &context.facts.downgrade;
    let (severity, message) = match &body.form {
        BodyForm::Missing => (RULE.severity, format!("`{id}` has no downgrade()")),
        // Whoever raises has thought about it; it is told so that nobody plans with it.
        BodyForm::Raises(exception) => {
            (Severity::Info, format!("the downgrade of `{id}` raises {exception}"))
        }
        _ => return,
    };
    let revision = context.revision();
    let place = body
        .origin
        .location()
        .or_else(|| revision.id_origin.location())
        .or_else(|| Some(Location::file(revision.path.clone())));
    report.push(
        RULE.finding_as(severity, message)
            .at(place)
            .about(ObjectRef::new(ObjectKind::Revision, id))
            .help("write a downgrade, or plan to restore a backup when this revision has to be undone"),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::context::{Body, BodyForm};
    use crate::testing::{add_column, body, revision_findings, schema};

    fn found(form: BodyForm) -> Vec<String> {
        let empty = schema(vec![]);
        let down = Body { form, ..Body::default() };
        let found = revision_findings(
            &RULE,
            (body(vec![add_column("t", "x")]), down),
            (&empty, &empty, &empty),
            None,
        );
        found.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn missing_or_raising() {
        assert_eq!(found(BodyForm::Missing), ["`a` has no downgrade()"]);
        assert_eq!(
            found(BodyForm::Raises("NotImplementedError".to_owned())),
            ["the downgrade of `a` raises NotImplementedError"]
        );
        assert!(found(BodyForm::Steps).is_empty());
        assert!(found(BodyForm::Unknown).is_empty());
    }
}
