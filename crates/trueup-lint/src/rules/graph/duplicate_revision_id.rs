//! `duplicate-revision-id`: several files with the same id.

use trueup_schema::Severity;
use trueup_schema::revision::Defect;

use crate::context::GraphContext;
use crate::words::{count, list};
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "duplicate-revision-id",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "Several files have the same revision id, and Alembic forgets all but one",
    enabled: true,
    docs: include_str!("duplicate_revision_id.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    let all = context.graph.revisions();
    for defect in context.graph.defects() {
        let Defect::DuplicateId { id, revisions } = defect else { continue };
        let Some((&winner, losers)) = revisions.split_last() else { continue };
        let same = losers.iter().all(|loser| all[*loser].text_hash == all[winner].text_hash);
        let names: Vec<&str> = losers.iter().map(|loser| all[*loser].path.as_ref()).collect();
        let content = if same { "identical files" } else { "files with different content" };
        let message = format!(
            "`{id}` is the id of {} {content}: Alembic loads `{}` and forgets {}",
            revisions.len(),
            all[winner].path,
            list(&names, 3)
        );
        let help = if same {
            format!("delete {} and keep one", count(losers.len(), "copy").replace("1 copy", "one copy"))
        } else {
            "give one of them a new id and its place in the chain, or delete it if the other contains it"
                .to_owned()
        };
        let mut finding = RULE
            .finding(message)
            .at(context.id_location(losers[0]))
            .about(context.object(winner))
            .evidence("files", revisions.iter().map(|index| all[*index].path.to_string()).collect::<Vec<_>>())
            .evidence("identical", same)
            .help(help);
        for &other in revisions.iter().filter(|other| **other != losers[0]) {
            let note = if other == winner { "this one is loaded" } else { "this one is forgotten too" };
            finding = finding.related(context.id_location(other), note);
        }
        report.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{graph, graph_findings, revision};

    #[test]
    fn the_last_file_wins() {
        let (mut first, mut second) = (revision("a", &[]), revision("a", &[]));
        first.path = "v/1.py".into();
        second.path = "v/2.py".into();
        (first.text_hash, second.text_hash) = (1, 2);
        let found = graph_findings(&RULE, &graph(vec![first, second]));
        assert_eq!(
            found[0].message,
            "`a` is the id of 2 files with different content: Alembic loads `v/2.py` and forgets `v/1.py`"
        );
        assert_eq!(found[0].location.as_ref().unwrap().path.as_ref(), "v/1.py");
    }

    #[test]
    fn identical_twins_are_called_so() {
        let found = graph_findings(&RULE, &graph(vec![revision("a", &[]), revision("a", &[])]));
        assert!(found[0].message.contains("2 identical files"));
        assert_eq!(found[0].help.as_deref(), Some("delete one copy and keep one"));
    }

    #[test]
    fn different_ids_are_fine() {
        assert!(graph_findings(&RULE, &graph(vec![revision("a", &[]), revision("b", &["a"])])).is_empty());
    }
}
