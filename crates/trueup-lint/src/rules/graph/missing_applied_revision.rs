//! `missing-applied-revision`: a revision that the database has applied and whose file is gone.

use trueup_schema::Severity;
use trueup_schema::revision::Defect;

use crate::context::GraphContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "missing-applied-revision",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "The database has applied a revision whose file is gone, though other revisions still follow it",
    enabled: true,
    docs: include_str!("missing_applied_revision.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    let Some(applied) = context.applied else { return };
    let graph = context.graph;
    for defect in graph.defects() {
        let Defect::DanglingDown { revision, reference } = *defect else { continue };
        let reference = &graph.revisions()[revision].down_revisions[reference];
        let target = &reference.target;
        if graph.suggest(revision, target).is_some_and(|suggestion| suggestion.reason.is_strong()) {
            continue;
        }
        let above = graph.descendants(revision);
        let row = applied
            .iter()
            .find(|row| *row == target || graph.get(row).is_some_and(|applied| above.contains(&applied)));
        let Some(row) = row else { continue };
        let how = if row == target {
            format!("`{}` names it", context.version_table)
        } else {
            format!("it is at `{row}`, which builds on it")
        };
        let finding = RULE
            .finding(format!("the database has applied `{target}`, whose file is gone: {how}"))
            .at(reference.origin.location().or_else(|| context.down_location(revision)))
            .about(trueup_schema::ObjectRef::new(trueup_schema::ObjectKind::Revision, target.as_str()))
            .help(
                "restore the file from the repository's history; do not let another revision take its place",
            );
        report.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::context::GraphContext;
    use crate::testing::{findings, graph, revision};
    use crate::{Check, Report};

    fn found(applied: &[&str]) -> Vec<trueup_schema::Diagnostic> {
        let graph = graph(vec![
            revision("aaaa1111", &[]),
            revision("cccc", &["f00dfacecafe"]),
            revision("dddd", &["cccc"]),
        ]);
        let applied: Vec<String> = applied.iter().map(|row| (*row).to_owned()).collect();
        let context = GraphContext { applied: Some(&applied), ..GraphContext::new(&graph) };
        let mut report = Report::new();
        let Check::Graph(check) = RULE.check else { unreachable!("a graph rule") };
        check(&context, &mut report);
        findings(report)
    }

    #[test]
    fn named_by_the_version_table_or_below_it() {
        let message = &found(&["f00dfacecafe"])[0].message;
        assert_eq!(
            message,
            "the database has applied `f00dfacecafe`, whose file is gone: `alembic_version` names it"
        );
        assert!(found(&["dddd"])[0].message.ends_with("it is at `dddd`, which builds on it"));
    }

    #[test]
    fn not_applied_is_no_finding() {
        assert!(found(&["aaaa1111"]).is_empty());
    }
}
