//! `unloadable-revision`: a file in the versions folder that Alembic cannot load.

use trueup_schema::Severity;

use crate::{Check, Group, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unloadable-revision",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "A file in the versions folder is no revision that can be loaded",
    enabled: true,
    docs: include_str!("unloadable_revision.md"),
    check: Check::Graph(check),
};

/// Reports headers that cannot be read; who reads the files reports those that are no Python at all.
fn check(context: &crate::context::GraphContext<'_>, report: &mut crate::Report) {
    use trueup_schema::{Location, ObjectKind, ObjectRef};
    for revision in context.graph.revisions() {
        let location = |span| match span {
            Some(span) => Location::at(revision.path.clone(), span),
            None => Location::file(revision.path.clone()),
        };
        let (reason, place) = match (&revision.problem, &revision.id) {
            (Some((reason, span)), _) => (reason.as_str(), location(*span)),
            (None, None) => ("it has no `revision`", location(None)),
            (None, Some(_)) => continue,
        };
        let finding = RULE
            .finding(format!("`{}` cannot be loaded: {reason}", revision.path))
            .at(Some(place))
            .about(ObjectRef::new(
                ObjectKind::Revision,
                revision.id.as_deref().unwrap_or(revision.file_stem()),
            ))
            .help("Alembic stops at this file for every command; mend it or move it out of the folder");
        report.push_cause(finding, vec![crate::Cause::Revision(revision.path.to_string())]);
    }
}
