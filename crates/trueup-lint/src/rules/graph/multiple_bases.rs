//! `multiple-bases`: several revisions claim to be the first one.

use trueup_schema::Severity;

use crate::context::GraphContext;
use crate::words::{count, list};
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "multiple-bases",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "Several revisions have no `down_revision`, so the history has more than one beginning",
    enabled: true,
    docs: include_str!("multiple_bases.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    // What a dangling reference would follow once mended counts as followed: it is a finding of its own.
    let graph = context.graph.mended();
    let bases = graph.bases();
    if bases.len() < 2 {
        return;
    }
    let size = |base: usize| graph.descendants(base).len();
    // The real beginning is the base that most revisions rest on; among equals the one that is loaded first.
    let Some(&root) = bases.iter().max_by_key(|base| (size(**base), std::cmp::Reverse(**base))) else {
        return;
    };
    let others: Vec<usize> = bases
        .iter()
        .copied()
        .filter(|base| *base != root && graph.revisions()[*base].branch_labels.is_empty())
        .collect();
    let Some(&first) = others.first() else { return };
    let merged = graph.real_heads().len() == 1 && graph.disconnected().is_empty();
    let severity = if merged { Severity::Warning } else { RULE.severity };
    let names = graph.ids(&others);
    let all = count(others.len() + 1, "revision");
    let mut finding = RULE
        .finding_as(
            severity,
            format!("{all} have no `down_revision`: `{}` is the beginning, not {}", graph.id(root), list(&names, 6)),
        )
        .at(context.down_location(first))
        .about(context.object(first))
        .evidence("root", graph.id(root))
        .evidence("others", names)
        .related(
            context.down_location(root),
            format!("the beginning: {} rest on `{}`", count(size(root) - 1, "revision"), graph.id(root)),
        )
        .help("name the revision that each of the others builds on, or give a branch that is meant a branch label");
    for &other in &others[1..] {
        finding =
            finding.related(context.down_location(other), format!("`{}` follows nothing", graph.id(other)));
    }
    let explains = if merged { Vec::new() } else { others.iter().flat_map(|other| Cause::order_from(&graph, *other)).collect() };
    report.push_cause(finding, explains);
}

#[cfg(test)]
mod tests {
    use trueup_schema::Severity;

    use super::RULE;
    use crate::testing::{graph, graph_findings, revision};

    #[test]
    fn the_biggest_subtree_is_the_real_one() {
        let found = graph_findings(
            &RULE,
            &graph(vec![
                revision("aa", &[]),
                revision("b1", &[]),
                revision("b2", &["b1"]),
                revision("cc", &[]),
            ]),
        );
        assert_eq!(
            found[0].message,
            "3 revisions have no `down_revision`: `b1` is the beginning, not `aa`, `cc`"
        );
        assert_eq!(found[0].severity, Severity::Error);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn merged_bases_work_and_are_only_a_warning() {
        let found = graph_findings(
            &RULE,
            &graph(vec![revision("a", &[]), revision("b", &[]), revision("c", &["a", "b"])]),
        );
        assert_eq!(found[0].severity, Severity::Warning);
    }

    #[test]
    fn a_labelled_base_is_meant() {
        let mut labelled = revision("b", &[]);
        labelled.branch_labels = vec!["plugin".to_owned()];
        assert!(graph_findings(&RULE, &graph(vec![revision("a", &[]), labelled])).is_empty());
    }

    #[test]
    fn a_dangling_reference_is_no_base() {
        assert!(graph_findings(&RULE, &graph(vec![revision("a", &[]), revision("b", &["gone"])])).is_empty());
    }
}
