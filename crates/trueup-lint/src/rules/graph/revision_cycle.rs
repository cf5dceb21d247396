//! `revision-cycle`: revisions that follow each other in a circle.

use trueup_schema::Severity;
use trueup_schema::revision::Defect;

use crate::context::GraphContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "revision-cycle",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "Revisions follow each other in a circle, so none of them can run first",
    enabled: true,
    docs: include_str!("revision_cycle.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    let graph = context.graph;
    for defect in graph.defects() {
        let Defect::Cycle { revisions, through_dependencies } = defect else { continue };
        let Some(&first) = revisions.first() else { continue };
        let verb = if *through_dependencies { "depend on" } else { "follow" };
        let shown = revisions.iter().take(8).chain([&first]);
        let circle =
            shown.map(|revision| format!("`{}`", graph.id(*revision))).collect::<Vec<_>>().join(" → ");
        let message = match (revisions.len(), *through_dependencies) {
            (1, false) => format!("`{}` follows itself", graph.id(first)),
            (1, true) => format!("`{}` depends on itself", graph.id(first)),
            (length, _) if length > 8 => {
                format!("{length} revisions {verb} each other in a circle, such as {circle}")
            }
            _ => format!("revisions {verb} each other in a circle: {circle}"),
        };
        let mut finding = RULE
            .finding(message)
            .at(context.down_location(first))
            .about(context.object(first))
            .evidence("revisions", graph.ids(revisions))
            .help(help(graph, revisions));
        for &other in revisions.iter().skip(1).take(8) {
            finding =
                finding.related(context.down_location(other), format!("`{}` is part of it", graph.id(other)));
        }
        report.push(finding);
    }
}

/// Names the link to cut where a docstring gives it away.
fn help(graph: &trueup_schema::revision::RevisionGraph, revisions: &[usize]) -> String {
    for &revision in revisions {
        let header = &graph.revisions()[revision];
        let Some(revises) = header.docstring_revises.as_deref().map(str::trim) else { continue };
        let agrees = header.down_revisions.iter().any(|reference| reference.target == revises);
        let outside = graph.get(revises).is_some_and(|target| !revisions.contains(&target));
        if !agrees && (outside || revises.is_empty()) {
            let written = if revises.is_empty() { "None".to_owned() } else { format!("'{revises}'") };
            return format!(
                "the docstring of `{}` says what it followed once: write down_revision = {written}",
                graph.id(revision)
            );
        }
    }
    "let the one that was written first follow a revision outside of the circle, or nothing".to_owned()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{graph, graph_findings, reference, revision};

    #[test]
    fn a_circle_is_one_finding() {
        let found = graph_findings(
            &RULE,
            &graph(vec![
                revision("a", &["c"]),
                revision("b", &["a"]),
                revision("c", &["b"]),
                revision("x", &["c"]),
            ]),
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "revisions follow each other in a circle: `a` → `c` → `b` → `a`");
    }

    #[test]
    fn itself_and_through_dependencies() {
        let found = graph_findings(&RULE, &graph(vec![revision("a", &["a"])]));
        assert_eq!(found[0].message, "`a` follows itself");
        let mut base = revision("a", &[]);
        base.depends_on = vec![reference("b")];
        let found = graph_findings(&RULE, &graph(vec![base, revision("b", &["a"])]));
        assert_eq!(found[0].message, "revisions depend on each other in a circle: `a` → `b` → `a`");
    }

    #[test]
    fn a_diamond_is_no_circle() {
        let revisions = vec![
            revision("a", &[]),
            revision("b", &["a"]),
            revision("c", &["a"]),
            revision("d", &["b", "c"]),
        ];
        assert!(graph_findings(&RULE, &graph(revisions)).is_empty());
    }
}
