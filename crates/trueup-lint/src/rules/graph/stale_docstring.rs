//! `stale-docstring`: a docstring that says other ids than the code.

use std::collections::BTreeSet;

use trueup_schema::revision::Revision;
use trueup_schema::{Diagnostic, Edit, Fix, Location, Severity, Span};

use crate::context::GraphContext;
use crate::words::list;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "stale-docstring",
    group: Group::Graph,
    severity: Severity::Warning,
    summary: "The docstring's `Revision ID` or `Revises` differs from the code",
    enabled: true,
    docs: include_str!("stale_docstring.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    for (index, revision) in context.graph.revisions().iter().enumerate() {
        if let (Some(id), Some(told)) = (revision.id.as_deref(), revision.docstring_revision.as_deref())
            && told.trim() != id
        {
            let message = format!("the docstring calls the revision `{}`, the code `{id}`", told.trim());
            report.push(finding(context, index, message, "Revision ID:", id));
        }
        check_revises(context, index, revision, report);
    }
}

fn check_revises(context: &GraphContext<'_>, index: usize, revision: &Revision, report: &mut Report) {
    let Some(told) = revision.docstring_revises.as_deref() else { return };
    let known =
        |target: &str| context.graph.get(target).or_else(|| context.graph.label_owner(target)).is_some();
    // A dangling reference is reported by itself, with what the docstring says as evidence.
    if revision.id.is_none() || revision.down_revisions.iter().any(|reference| !known(&reference.target)) {
        return;
    }
    let told: BTreeSet<&str> = told
        .split([',', ' '])
        .map(|word| word.trim_matches(['\'', '"', '(', ')', '[', ']', '`']))
        .filter(|word| !word.is_empty() && !["None", "<base>", "base", "-"].contains(word))
        .collect();
    let written: BTreeSet<&str> =
        revision.down_revisions.iter().map(|reference| reference.target.as_str()).collect();
    if told == written {
        return;
    }
    let in_order: Vec<&str> =
        revision.down_revisions.iter().map(|reference| reference.target.as_str()).collect();
    let words = |ids: Vec<&str>| if ids.is_empty() { "nothing".to_owned() } else { list(&ids, 4) };
    let message = format!(
        "the docstring says that `{}` revises {}, the code {}",
        context.graph.id(index),
        words(told.into_iter().collect()),
        words(in_order.clone())
    );
    report.push(finding(context, index, message, "Revises:", &in_order.join(", ")));
}

fn finding(
    context: &GraphContext<'_>,
    index: usize,
    message: String,
    header: &str,
    truth: &str,
) -> Diagnostic {
    let revision = &context.graph.revisions()[index];
    let finding = RULE
        .finding(message)
        .about(context.object(index))
        .related(context.down_location(index), "the code is here")
        .help(format!("write `{}` in the docstring", format!("{header} {truth}").trim_end()));
    let Some(span) = value_span(revision, header) else {
        let place = revision.docstring_span.map(|span| Location::at(revision.path.clone(), span));
        return finding.at(place.or_else(|| context.id_location(index)));
    };
    let text = if truth.is_empty() { String::new() } else { format!(" {truth}") };
    let edit = Edit { path: revision.path.clone(), span, text };
    // The blank before the value belongs to what is replaced, not to what is shown.
    let shown = Span::new((span.start + 1).min(span.end), span.end);
    finding.at(Some(Location::at(revision.path.clone(), shown))).fix(Fix {
        title: "let the docstring say what the code says".to_owned(),
        safe: true,
        edits: vec![edit],
    })
}

/// Returns the range behind `header` on its line, when the docstring's text stands in the file as it is.
fn value_span(revision: &Revision, header: &str) -> Option<Span> {
    let (docstring, span) = (revision.docstring.as_deref()?, revision.docstring_span?);
    // Quotes: one or three on each side, perhaps with one prefix letter. Escapes make the lengths differ.
    let quotes = match (span.end.checked_sub(span.start)? as usize).checked_sub(docstring.len())? {
        2 => 1,
        3 => 2,
        6 => 3,
        7 => 4,
        _ => return None,
    };
    let mut offset = 0;
    for line in docstring.split('\n') {
        if line.trim_start().starts_with(header) {
            let start = offset + line.find(header)? + header.len();
            let end = offset + line.trim_end().len();
            let base = span.start + quotes;
            return Some(Span::new(base + start as u32, base + end.max(start) as u32));
        }
        offset += line.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use trueup_schema::Span;

    use super::RULE;
    use crate::testing::{graph, graph_findings, revision};

    fn documented(id: &str, down: &[&str], docstring: &str) -> trueup_schema::revision::Revision {
        let mut revision = revision(id, down);
        let line = |header: &str| {
            docstring.lines().find_map(|line| Some(line.trim().strip_prefix(header)?.trim().to_owned()))
        };
        revision.docstring_revision = line("Revision ID:");
        revision.docstring_revises = line("Revises:");
        revision.docstring = Some(docstring.to_owned());
        revision.docstring_span = Some(Span::new(0, docstring.len() as u32 + 6));
        revision
    }

    #[test]
    fn another_parent_is_reported_with_a_mend() {
        let text = "add x\n\nRevision ID: b\nRevises: old\n";
        let found = graph_findings(&RULE, &graph(vec![revision("a", &[]), documented("b", &["a"], text)]));
        assert_eq!(found[0].message, "the docstring says that `b` revises `old`, the code `a`");
        let edit = &found[0].fix.as_ref().unwrap().edits[0];
        let source = format!("\"\"\"{text}\"\"\"");
        let mended = format!(
            "{}{}{}",
            &source[..edit.span.start as usize],
            edit.text,
            &source[edit.span.end as usize..]
        );
        assert_eq!(mended, "\"\"\"add x\n\nRevision ID: b\nRevises: a\n\"\"\"");
    }

    #[test]
    fn another_id_is_reported() {
        let found =
            graph_findings(&RULE, &graph(vec![documented("b", &[], "x\n\nRevision ID: a\nRevises:\n")]));
        assert_eq!(found[0].message, "the docstring calls the revision `a`, the code `b`");
    }

    #[test]
    fn the_same_in_another_order_is_fine() {
        let revisions = vec![
            revision("a", &[]),
            revision("b", &[]),
            documented("c", &["a", "b"], "merge\n\nRevision ID: c\nRevises: b, a\n"),
        ];
        assert!(graph_findings(&RULE, &graph(revisions)).is_empty());
    }

    #[test]
    fn a_dangling_reference_is_reported_elsewhere() {
        let found = graph_findings(&RULE, &graph(vec![documented("c", &["gone"], "x\n\nRevises: a\n")]));
        assert!(found.is_empty());
    }
}
