//! What the two rules on drift share: one finding per object, consequences told where they come from.

use trueup_schema::diff::{Difference, DifferenceKind};
use trueup_schema::{Diagnostic, ObjectKind, ObjectName, ObjectRef, Severity, TypeKind};

use crate::context::DriftContext;
use crate::{Cause, Report, Rule};

/// Reports differences, whatever the sources are called.
pub(crate) fn report_differences(
    rule: &'static Rule,
    context: &DriftContext<'_>,
    help: &str,
    report: &mut Report,
) {
    let mut rest = context.differences;
    while let Some(first) = rest.first() {
        // Properties of one object follow each other; they are one finding.
        let changes =
            rest.iter().take_while(|other| other.object == first.object && is_change(other)).count();
        let (group, others) = rest.split_at(changes.max(1));
        rest = others;
        let finding = finding(rule, context, group).help(help);
        let object = &first.object;
        let explained_by = match (&first.kind, object.kind) {
            // A type that comes or goes with its columns is told with them.
            (DifferenceKind::Added | DifferenceKind::Removed, ObjectKind::Enum) => {
                let own = Cause::Object(ObjectKind::Enum, object.name.clone());
                std::iter::once(own).chain(users_of(context, first)).collect()
            }
            // A missing module or model explains that all of an object is missing; a changed column is news.
            (DifferenceKind::Added | DifferenceKind::Removed, kind) => {
                let table =
                    object.table.clone().or_else(|| (kind == ObjectKind::Table).then(|| object.name.clone()));
                let own = Cause::Object(kind, object.name.clone());
                table.map(Cause::Table).into_iter().chain([own]).collect()
            }
            // The labels of an enum have a rule of their own.
            (_, ObjectKind::Enum) => vec![Cause::Object(ObjectKind::Enum, object.name.clone())],
            _ => Vec::new(),
        };
        report.add(finding, vec![drift_of(object)], explained_by);
    }
}

/// Key of a difference that may explain others.
fn drift_of(object: &ObjectRef) -> Cause {
    let owner = object.table.as_ref().map(|table| format!("{table}.")).unwrap_or_default();
    Cause::Once("drift", format!("{} {owner}{}", object.kind.name(), object.name))
}

/// Returns the differences that explain an enum type which only one side has: those of the columns that use it there,
/// and of their tables.
fn users_of(context: &DriftContext<'_>, difference: &Difference) -> Vec<Cause> {
    let side =
        if matches!(difference.kind, DifferenceKind::Added) { &context.actual } else { &context.expected };
    let mut causes = Vec::new();
    for table in side.schema.tables.values() {
        for column in &table.columns {
            let type_ = &column.column_type;
            let name = ObjectName { namespace: type_.namespace.clone(), name: type_.name.clone() };
            if type_.kind == TypeKind::UserDefined && name.to_string() == difference.object.name {
                let table = table.name.to_string();
                causes.push(drift_of(&ObjectRef::of_table(
                    ObjectKind::Column,
                    column.name.as_str(),
                    table.as_str(),
                )));
                causes.push(drift_of(&ObjectRef::new(ObjectKind::Table, table.as_str())));
                causes.push(Cause::Table(table));
            }
        }
    }
    causes
}

fn is_change(difference: &Difference) -> bool {
    matches!(difference.kind, DifferenceKind::Changed { .. })
}

fn finding(rule: &'static Rule, context: &DriftContext<'_>, group: &[Difference]) -> Diagnostic {
    let (expected, actual) = (context.expected.source.words(), context.actual.source.words());
    let first = &group[0];
    let name = &first.object;
    let graver = group.iter().map(|difference| difference.severity).max().unwrap_or(rule.severity);
    let (severity, message) = match &first.kind {
        DifferenceKind::Removed => (graver, format!("{name} is in {expected}, but not in {actual}")),
        DifferenceKind::Added => (graver, format!("{name} is in {actual}, but not in {expected}")),
        DifferenceKind::Changed { .. } => {
            let texts: Vec<String> =
                group.iter().take(4).filter_map(|one| change_text(one, expected, actual)).collect();
            let more = group.len().saturating_sub(4);
            let ending = if more > 0 { format!(" and {more} more") } else { String::new() };
            (graver, format!("{name} differs: {}{ending}", texts.join("; ")))
        }
        DifferenceKind::Unknown { property, reason } => {
            (Severity::Info, format!("the {property} of {name} cannot be compared: {reason}"))
        }
    };
    let (here, there) = (first.expected_origin.location(), first.actual_origin.location());
    let place = here.clone().or_else(|| there.clone());
    let other = there.filter(|_| here.is_some());
    let mut finding = Diagnostic::new(rule.name, severity, message)
        .at(place)
        .about(first.object.clone())
        .evidence("difference", kind_word(&first.kind))
        .related(other, format!("in {actual}"));
    for difference in group {
        if let DifferenceKind::Changed { property, expected, actual } = &difference.kind {
            finding = finding.evidence("property", *property);
            finding = finding.evidence("expected", expected.as_str()).evidence("actual", actual.as_str());
        }
    }
    finding
}

fn change_text(difference: &Difference, in_expected: &str, in_actual: &str) -> Option<String> {
    let DifferenceKind::Changed { property, expected, actual } = &difference.kind else { return None };
    if *property == "nullable" {
        let word = |value: &str| if value == "true" { "nullable" } else { "NOT NULL" };
        return Some(format!("it is {} in {in_expected}, {} in {in_actual}", word(expected), word(actual)));
    }
    let verb = if property.ends_with('s') { "are" } else { "is" };
    Some(format!("{property} {verb} {} in {in_expected}, {} in {in_actual}", value(expected), value(actual)))
}

fn value(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }
}

fn kind_word(kind: &DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Removed => "missing",
        DifferenceKind::Added => "unexpected",
        DifferenceKind::Changed { .. } => "changed",
        DifferenceKind::Unknown { .. } => "unknown",
    }
}
