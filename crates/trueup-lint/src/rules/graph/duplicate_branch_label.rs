//! `duplicate-branch-label`: a branch label that two revisions carry, or that is an id.

use trueup_schema::Severity;
use trueup_schema::revision::Defect;

use crate::context::GraphContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "duplicate-branch-label",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "A branch label is used twice, or is the id of a revision",
    enabled: true,
    docs: include_str!("duplicate_branch_label.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    for defect in context.graph.defects() {
        let Defect::DuplicateLabel { label, revisions } = defect else { continue };
        let &[first, second] = &revisions[..] else { continue };
        let message = if context.graph.id(first) == label {
            format!("the branch label `{label}` of `{}` is the id of a revision", context.graph.id(second))
        } else {
            format!(
                "the branch label `{label}` of `{}` is already that of `{}`",
                context.graph.id(second),
                context.graph.id(first)
            )
        };
        let finding = RULE
            .finding(message)
            .at(context.id_location(second))
            .about(context.object(second))
            .related(context.id_location(first), format!("`{}` is here", context.graph.id(first)))
            .help("give the label to the first revision of the branch only; the ones above inherit it");
        report.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{graph, graph_findings, revision};

    fn labelled(id: &str, down: &[&str], label: &str) -> trueup_schema::revision::Revision {
        let mut revision = revision(id, down);
        revision.branch_labels = vec![label.to_owned()];
        revision
    }

    #[test]
    fn reports_the_second_of_two() {
        let found = graph_findings(&RULE, &graph(vec![labelled("a", &[], "x"), labelled("b", &["a"], "x")]));
        assert_eq!(found[0].message, "the branch label `x` of `b` is already that of `a`");
    }

    #[test]
    fn different_labels_are_fine() {
        assert!(
            graph_findings(&RULE, &graph(vec![labelled("a", &[], "x"), labelled("b", &["a"], "y")]))
                .is_empty()
        );
    }
}
