//! `unknown-database-revision`: the database is at a revision that no file has.

use trueup_schema::revision::{Defect, edit_distance};
use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::GraphContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unknown-database-revision",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "The version table names a revision that no file has",
    enabled: true,
    docs: include_str!("unknown_database_revision.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    let graph = context.graph;
    for row in context.applied.into_iter().flatten() {
        if graph.get(row).is_some() || is_missing(context, row) {
            continue;
        }
        let near = graph
            .order()
            .iter()
            .map(|revision| graph.id(*revision))
            .filter(|id| {
                (row.len() >= 4 && id.starts_with(row.as_str()))
                    || (row.len() >= 8 && edit_distance(id, row) == 1)
            })
            .min();
        let finding = RULE
            .finding(format!("`{}` names the revision `{row}`, which no file has", context.version_table))
            .about(ObjectRef::new(ObjectKind::Revision, row.as_str()))
            .help(match near {
                Some(near) => {
                    format!("did it mean `{near}`? if the schema is what that revision builds, stamp it")
                }
                None => "look for the file in other branches and in the repository's history; \
                         stamp only when the schema is proved to be that of a known revision"
                    .to_owned(),
            });
        report.push(match near {
            Some(near) => finding.evidence("suggestion", near),
            None => finding,
        });
    }
}

/// Tells whether another revision still follows the row; `missing-applied-revision` speaks then.
fn is_missing(context: &GraphContext<'_>, row: &str) -> bool {
    context.graph.defects().iter().any(|defect| match *defect {
        Defect::DanglingDown { revision, reference } => {
            context.graph.revisions()[revision].down_revisions[reference].target == row
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::context::GraphContext;
    use crate::testing::{findings, graph, revision};
    use crate::{Check, Report};

    fn found(applied: &[&str]) -> Vec<trueup_schema::Diagnostic> {
        let graph = graph(vec![revision("aaaa1111", &[])]);
        let applied: Vec<String> = applied.iter().map(|row| (*row).to_owned()).collect();
        let context = GraphContext { applied: Some(&applied), ..GraphContext::new(&graph) };
        let mut report = Report::new();
        let Check::Graph(check) = RULE.check else { unreachable!("a graph rule") };
        check(&context, &mut report);
        findings(report)
    }

    #[test]
    fn a_row_that_nobody_knows() {
        assert_eq!(
            found(&["beef"])[0].message,
            "`alembic_version` names the revision `beef`, which no file has"
        );
        assert!(found(&["aaaa1112"])[0].help.as_ref().unwrap().contains("`aaaa1111`"));
    }

    #[test]
    fn known_rows_are_fine() {
        assert!(found(&["aaaa1111"]).is_empty());
    }
}
