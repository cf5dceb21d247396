//! `swallowed-error`: a handler that hides that an operation has failed.

use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::RevisionContext;
use crate::words::list;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "swallowed-error",
    group: Group::Replay,
    severity: Severity::Warning,
    summary: "A revision hides that an operation has failed",
    enabled: true,
    docs: include_str!("swallowed_error.md"),
    check: Check::Revision(check),
};

fn check(context: &RevisionContext<'_>, report: &mut Report) {
    for swallowed in &context.facts.swallowed {
        let caught = if swallowed.caught.is_empty() {
            "except:".to_owned()
        } else {
            format!("except {}", swallowed.caught)
        };
        let what = match &swallowed.operations[..] {
            [] => "what fails inside".to_owned(),
            operations => format!("a failing {}", list(operations, 3)),
        };
        // After an error PostgreSQL refuses everything until the transaction ends.
        let aborts = context.dialect.aborts_transactions() && !swallowed.in_savepoint;
        let effect = if aborts {
            ", and PostgreSQL refuses every statement after it"
        } else {
            ", and the revision counts as applied"
        };
        let finding = RULE
            .finding(format!("`{caught}` hides {what}{effect}"))
            .at(Some(swallowed.location.clone()))
            .about(ObjectRef::new(ObjectKind::Revision, context.graph.id(context.index)))
            .help("ask the inspector whether the object exists, or use if_exists and if_not_exists");
        report.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::{Dialect, Location, Schema, Span};

    use super::RULE;
    use crate::context::{RevisionContext, RevisionFacts, SwallowedError};
    use crate::testing::{findings, graph, revision};
    use crate::{Check, Report};

    #[test]
    fn the_transaction_is_lost_on_postgresql() {
        let facts = RevisionFacts {
            swallowed: vec![SwallowedError {
                location: Location::at("versions/a.py", Span::new(1, 2)),
                caught: "Exception".to_owned(),
                operations: vec!["create_index".to_owned()],
                in_savepoint: false,
            }],
            ..RevisionFacts::default()
        };
        let (graph, empty) = (graph(vec![revision("a", &[])]), Schema::new(Dialect::Postgresql));
        let context = RevisionContext {
            graph: &graph,
            index: 0,
            facts: &facts,
            before: &empty,
            after: &empty,
            last: &empty,
            models: None,
            dialect: Dialect::Postgresql,
            undone: std::cell::OnceCell::new(),
        };
        let mut report = Report::new();
        let Check::Revision(check) = RULE.check else { unreachable!("a revision rule") };
        check(&context, &mut report);
        let found = findings(report);
        assert_eq!(
            found[0].message,
            "`except Exception` hides a failing `create_index`, and PostgreSQL refuses every statement after it"
        );
    }
}
