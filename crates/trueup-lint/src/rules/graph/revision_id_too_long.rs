//! `revision-id-too-long`: an id that does not fit into the version table.

use trueup_schema::Severity;

use crate::context::GraphContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "revision-id-too-long",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "A revision id is longer than the version table's column",
    enabled: true,
    docs: include_str!("revision_id_too_long.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    // SQLite does not enforce the length, so there the id only prevents moving to another database.
    let severity = if context.dialect.enforces_types() { RULE.severity } else { Severity::Warning };
    for (index, revision) in context.graph.revisions().iter().enumerate() {
        let Some(id) = revision.id.as_deref() else { continue };
        let length = id.chars().count();
        if length <= context.version_length {
            continue;
        }
        let finding = RULE
            .finding_as(
                severity,
                format!(
                    "the revision id `{id}` has {length} characters; `{}.version_num` holds {}",
                    context.version_table, context.version_length
                ),
            )
            .at(context.id_location(index))
            .about(context.object(index))
            .evidence("length", length)
            .evidence("limit", context.version_length)
            .help("choose a shorter id, also where other revisions refer to it; the file may keep its name");
        report.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{graph, graph_findings, revision};

    #[test]
    fn thirty_two_fit_and_thirty_three_do_not() {
        let (fits, long) = ("a".repeat(32), "b".repeat(33));
        let found = graph_findings(&RULE, &graph(vec![revision(&fits, &[]), revision(&long, &[&fits])]));
        assert_eq!(found.len(), 1);
        assert!(found[0].message.ends_with("has 33 characters; `alembic_version.version_num` holds 32"));
    }
}
