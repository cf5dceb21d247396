//! `multiple-heads`: the history has several ends.

use trueup_schema::Severity;

use crate::context::GraphContext;
use crate::words::{count, list};
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "multiple-heads",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "Several revisions are the last one, so `upgrade head` does not know where to go",
    enabled: true,
    docs: include_str!("multiple_heads.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    // Heads that are heads only because a reference dangles disappear with it.
    let graph = context.graph.mended();
    let heads = graph.heads();
    if heads.len() < 2 || each_on_a_branch_of_its_own(&graph, heads) {
        return;
    }
    let names = graph.ids(heads);
    let now = context.graph.heads().len();
    let mut message = format!("{}: {}", count(heads.len(), "head"), list(&names, 8));
    if now > heads.len() {
        message.push_str(&format!(" ({now} until the dangling references are mended)"));
    }
    let mut finding = RULE
        .finding(message)
        .at(context.id_location(heads[0]))
        .about(context.object(heads[0]))
        .evidence("heads", names)
        .help(if graph.bases().len() > 1 {
            "bring the branches into one line where they belong together, or join them with `trueup merge heads`"
        } else {
            "join them with `trueup merge heads`, or let one follow the other"
        });
    if let Some(branch_point) = last_common(&graph, heads) {
        finding = finding.evidence("branch_point", graph.id(branch_point)).related(
            context.id_location(branch_point),
            format!("they part after `{}`", graph.id(branch_point)),
        );
    }
    for &head in &heads[1..] {
        finding = finding.related(context.id_location(head), format!("`{}` is a head too", graph.id(head)));
    }
    report.push(finding);
}

/// Tells whether every head has a branch label that no other head has: such branches are upgraded with `heads`.
fn each_on_a_branch_of_its_own(graph: &trueup_schema::revision::RevisionGraph, heads: &[usize]) -> bool {
    heads.iter().all(|head| {
        graph
            .labels(*head)
            .iter()
            .any(|label| heads.iter().all(|other| other == head || !graph.labels(*other).contains(label)))
    })
}

/// Returns the last revision in upgrade order that all heads build on.
fn last_common(graph: &trueup_schema::revision::RevisionGraph, heads: &[usize]) -> Option<usize> {
    let mut seen = vec![0_usize; graph.revisions().len()];
    for &head in heads {
        for ancestor in graph.ancestors(head) {
            seen[ancestor] += 1;
        }
    }
    graph.order().iter().rev().copied().find(|revision| seen[*revision] == heads.len())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{graph, graph_findings, revision};

    #[test]
    fn names_all_heads_once_and_where_they_part() {
        let found = graph_findings(
            &RULE,
            &graph(vec![
                revision("a", &[]),
                revision("b", &["a"]),
                revision("c", &["b"]),
                revision("d", &["b"]),
            ]),
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "2 heads: `c`, `d`");
        assert_eq!(found[0].related[0].1, "they part after `b`");
    }

    #[test]
    fn heads_that_a_mended_reference_joins_are_not_heads() {
        let mut first = revision("a1", &[]);
        first.path = "v/a1_first.py".into();
        assert!(graph_findings(&RULE, &graph(vec![first, revision("b2", &["a1_first"])])).is_empty());
    }

    #[test]
    fn labelled_branches_are_meant() {
        let (mut left, mut right) = (revision("b", &["a"]), revision("c", &["a"]));
        left.branch_labels = vec!["expand".to_owned()];
        right.branch_labels = vec!["contract".to_owned()];
        assert!(graph_findings(&RULE, &graph(vec![revision("a", &[]), left, right])).is_empty());
    }
}
