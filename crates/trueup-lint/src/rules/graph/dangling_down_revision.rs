//! `dangling-down-revision`: a reference to a revision that does not exist.

use trueup_schema::revision::{Defect, Reference, Suggestion, SuggestionReason};
use trueup_schema::{Diagnostic, Edit, Fix, Origin, Severity, Span};

use crate::context::GraphContext;
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "dangling-down-revision",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "A revision follows or depends on a revision that does not exist",
    enabled: true,
    docs: include_str!("dangling_down_revision.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    for defect in context.graph.defects() {
        let (revision, references, position, verb) = match *defect {
            Defect::DanglingDown { revision, reference } => {
                (revision, &context.graph.revisions()[revision].down_revisions, reference, "follows")
            }
            Defect::DanglingDependency { revision, reference } => {
                (revision, &context.graph.revisions()[revision].depends_on, reference, "depends on")
            }
            _ => continue,
        };
        let suggestion = context.graph.suggest(revision, &references[position].target);
        // A suggestion that names the revision is taken in the replay; without one nothing is known above.
        let explains = match suggestion {
            Some(_) => Vec::new(),
            None => Cause::order_from(context.graph, revision),
        };
        report.push_cause(finding(context, revision, references, position, verb, suggestion), explains);
    }
}

fn finding(
    context: &GraphContext<'_>,
    revision: usize,
    references: &[Reference],
    position: usize,
    verb: &str,
    suggestion: Option<Suggestion>,
) -> Diagnostic {
    let graph = context.graph;
    let (id, reference) = (graph.id(revision), &references[position]);
    let attribute = if verb == "follows" { "down_revision" } else { "depends_on" };
    let why = match suggestion.as_ref().map(|suggestion| suggestion.reason) {
        Some(SuggestionReason::FileName) => "which is a file name, not a revision id",
        Some(SuggestionReason::DocstringId) => "which only a docstring calls a revision id",
        Some(SuggestionReason::Prefix) => "which is only part of a revision id",
        _ => "but no revision has that id",
    };
    let location = reference.origin.location().or_else(|| context.down_location(revision));
    let mut finding = RULE
        .finding(format!("`{id}` {verb} `{}`, {why}", reference.target))
        .at(location)
        .about(context.object(revision))
        .evidence("target", reference.target.as_str());
    let Some(suggestion) = suggestion else {
        let deleted = "restore the deleted file from the repository's history, or name the revision that this one builds on";
        return finding.help(deleted);
    };
    let suggested = graph.id(suggestion.revision);
    let written = match references.len() {
        1 => format!("'{suggested}'"),
        _ => {
            let all = references.iter().enumerate().map(|(index, other)| {
                if index == position { format!("'{suggested}'") } else { format!("'{}'", other.target) }
            });
            format!("({})", all.collect::<Vec<_>>().join(", "))
        }
    };
    finding = finding
        .evidence("suggestion", suggested)
        .evidence("reason", reason_word(suggestion.reason))
        .related(context.id_location(suggestion.revision), format!("`{suggested}` is here"));
    finding = match suggestion.reason {
        SuggestionReason::DocstringRevises => {
            finding.help(format!("write {attribute} = {written}, as the docstring's `Revises:` says"))
        }
        SuggestionReason::Spelling => {
            finding.help(format!("did you mean `{suggested}`? write {attribute} = {written}"))
        }
        _ => finding.help(format!("write {attribute} = {written}")),
    };
    match inside_quotes(&reference.origin, &reference.target) {
        Some((path, span)) => finding.fix(Fix {
            title: format!("follow `{suggested}`"),
            safe: suggestion.reason.is_strong(),
            edits: vec![Edit { path, span, text: suggested.to_owned() }],
        }),
        None => finding,
    }
}

fn reason_word(reason: SuggestionReason) -> &'static str {
    match reason {
        SuggestionReason::FileName => "file name",
        SuggestionReason::DocstringId => "docstring revision id",
        SuggestionReason::DocstringRevises => "docstring revises",
        SuggestionReason::Prefix => "prefix",
        SuggestionReason::Spelling => "spelling",
    }
}

/// Returns the range between the quotes, when the literal is the text in plain quotes and nothing more.
fn inside_quotes(origin: &Origin, target: &str) -> Option<(std::sync::Arc<str>, Span)> {
    let (path, span) = origin.0.as_ref()?;
    let plain = (span.end.checked_sub(span.start)?) as usize == target.len() + 2;
    plain.then(|| (path.clone(), Span::new(span.start + 1, span.end - 1)))
}

#[cfg(test)]
mod tests {
    use trueup_schema::{Origin, Span};

    use super::RULE;
    use crate::testing::{graph, graph_findings, revision};

    #[test]
    fn a_file_name_instead_of_an_id_is_recognised_and_mended() {
        let mut second = revision("b2", &["a1_initial"]);
        second.down_revisions[0].origin = Origin::at("versions/b2.py", Span::new(10, 22));
        let mut first = revision("a1", &[]);
        first.path = "versions/a1_initial.py".into();
        let found = graph_findings(&RULE, &graph(vec![first, second]));
        assert_eq!(found[0].message, "`b2` follows `a1_initial`, which is a file name, not a revision id");
        assert_eq!(found[0].help.as_deref(), Some("write down_revision = 'a1'"));
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.safe);
        assert_eq!((fix.edits[0].span, fix.edits[0].text.as_str()), (Span::new(11, 21), "a1"));
    }

    #[test]
    fn a_typing_mistake_is_suggested_but_not_safe() {
        let found = graph_findings(
            &RULE,
            &graph(vec![revision("20231120_bookings", &[]), revision("c3", &["20231120_booking"])]),
        );
        assert_eq!(found[0].message, "`c3` follows `20231120_booking`, which is only part of a revision id");
        let found = graph_findings(
            &RULE,
            &graph(vec![revision("add_bookings", &[]), revision("c3", &["add_bokings"])]),
        );
        assert_eq!(
            found[0].help.as_deref(),
            Some("did you mean `add_bookings`? write down_revision = 'add_bookings'")
        );
    }

    #[test]
    fn a_deleted_file_has_no_suggestion() {
        let found =
            graph_findings(&RULE, &graph(vec![revision("a1", &[]), revision("c3", &["f00dfacecafe"])]));
        assert_eq!(found[0].message, "`c3` follows `f00dfacecafe`, but no revision has that id");
        assert!(found[0].fix.is_none());
    }

    #[test]
    fn existing_references_and_labels_are_fine() {
        let mut labelled = revision("a1", &[]);
        labelled.branch_labels = vec!["core".to_owned()];
        let mut dependent = revision("b2", &["a1"]);
        dependent.depends_on = vec![crate::testing::reference("core")];
        assert!(graph_findings(&RULE, &graph(vec![labelled, dependent])).is_empty());
    }
}
