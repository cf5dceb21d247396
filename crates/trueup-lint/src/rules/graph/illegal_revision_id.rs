//! `illegal-revision-id`: an id with a character that Alembic's identifiers use themselves.

use trueup_schema::Severity;

use crate::context::GraphContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "illegal-revision-id",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "A revision id contains a character that Alembic does not allow, or is a reserved word",
    enabled: true,
    docs: include_str!("illegal_revision_id.md"),
    check: Check::Graph(check),
};

/// Source: alembic 1.20, `script/revision.py`, `_revision_illegal_chars`; the words are its symbols.
const ILLEGAL: [char; 4] = ['@', '-', '+', ':'];
const RESERVED: [&str; 4] = ["head", "heads", "base", "current"];

fn check(context: &GraphContext<'_>, report: &mut Report) {
    for (index, revision) in context.graph.revisions().iter().enumerate() {
        let Some(id) = revision.id.as_deref() else { continue };
        let illegal: Vec<String> =
            ILLEGAL.iter().filter(|sign| id.contains(**sign)).map(char::to_string).collect();
        let message = if !illegal.is_empty() {
            format!(
                "the revision id `{id}` contains {}, which Alembic refuses",
                crate::words::list(&illegal, 4)
            )
        } else if RESERVED.contains(&id) {
            format!(
                "the revision id `{id}` is a word with a meaning of its own, so no command can name the revision"
            )
        } else if id.trim().is_empty() {
            format!("the revision id of `{}` is empty", revision.path)
        } else {
            continue;
        };
        let legal: String = id.chars().map(|sign| if ILLEGAL.contains(&sign) { '_' } else { sign }).collect();
        let help = if illegal.is_empty() {
            "choose another id, and use it where the revision is referred to".to_owned()
        } else {
            format!("call it `{legal}`, also where other revisions and the version table refer to it")
        };
        report.push(
            RULE.finding(message).at(context.id_location(index)).about(context.object(index)).help(help),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{graph, graph_findings, revision};

    #[test]
    fn signs_and_words() {
        let found =
            graph_findings(&RULE, &graph(vec![revision("2024-01", &[]), revision("head", &["2024-01"])]));
        assert_eq!(found[0].message, "the revision id `2024-01` contains `-`, which Alembic refuses");
        assert!(found[1].message.contains("word with a meaning"));
    }

    #[test]
    fn other_ids_are_fine() {
        assert!(graph_findings(&RULE, &graph(vec![revision("2024.01_a", &[])])).is_empty());
    }
}
