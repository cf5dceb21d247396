//! What the two rules on drift share: one finding per object, one for a table that is missing as a whole.

use std::collections::BTreeSet;

use trueup_schema::{Diagnostic, ObjectKind, ObjectRef, Severity};

use crate::context::{Difference, DifferenceKind, DriftContext, PropertyDifference};
use crate::{Cause, Report, Rule};

/// Reports differences, whatever the sources are called.
pub(crate) fn report_differences(
    rule: &'static Rule,
    context: &DriftContext<'_>,
    help: &str,
    report: &mut Report,
) {
    let whole_tables: BTreeSet<String> = context
        .differences
        .iter()
        .filter(|difference| difference.object.kind == ObjectKind::Table && is_whole(difference))
        .map(|difference| difference.object.name.clone())
        .collect();
    for difference in context.differences {
        let table = difference.table.as_ref().map(ToString::to_string);
        let is_table = difference.object.kind == ObjectKind::Table;
        // A table that is missing takes its columns, keys and indexes with it.
        if !is_table && table.as_ref().is_some_and(|table| whole_tables.contains(table)) {
            continue;
        }
        let finding = finding(rule, context, difference).help(help);
        let mut explained_by = vec![Cause::Object(difference.object.kind, difference.object.name.clone())];
        if let Some(table) = table.or_else(|| is_table.then(|| difference.object.name.clone())) {
            explained_by.push(Cause::Table(table));
        }
        // An object and its table explain differences only where it is all missing: a changed column is news.
        if is_whole(difference) || difference.object.kind == ObjectKind::Enum {
            report.push_unless(finding, explained_by);
        } else {
            report.push(finding);
        }
    }
}

fn is_whole(difference: &Difference) -> bool {
    matches!(difference.kind, DifferenceKind::Missing | DifferenceKind::Unexpected)
}

fn finding(rule: &'static Rule, context: &DriftContext<'_>, difference: &Difference) -> Diagnostic {
    let (expected, actual) = (context.expected.source.words(), context.actual.source.words());
    let name = name_of(&difference.object);
    let (severity, message) = match &difference.kind {
        DifferenceKind::Missing => (rule.severity, format!("{name} is in {expected}, but not in {actual}")),
        DifferenceKind::Unexpected => {
            (rule.severity, format!("{name} is in {actual}, but not in {expected}"))
        }
        DifferenceKind::Changed(properties) => {
            let texts: Vec<String> =
                properties.iter().take(4).map(|property| property_text(property, context)).collect();
            let more = properties.len().saturating_sub(4);
            let ending = if more > 0 { format!(" and {more} more") } else { String::new() };
            (rule.severity, format!("{name} differs: {}{ending}", texts.join("; ")))
        }
        DifferenceKind::Unknown(reason) => (Severity::Info, format!("{name} cannot be compared: {reason}")),
    };
    let here = difference.expected_at.location();
    let there = difference.actual_at.location();
    let (place, other, note) = match (here, there) {
        (Some(here), there) => (Some(here), there, format!("in {actual}")),
        (None, there) => (there, None, String::new()),
    };
    Diagnostic::new(rule.name, severity, message)
        .at(place)
        .about(difference.object.clone())
        .evidence("difference", kind_word(&difference.kind))
        .related(other, note)
}

fn property_text(property: &PropertyDifference, context: &DriftContext<'_>) -> String {
    format!(
        "{} is `{}` in {}, `{}` in {}",
        property.property,
        property.expected,
        context.expected.source.words(),
        property.actual,
        context.actual.source.words()
    )
}

fn kind_word(kind: &DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Missing => "missing",
        DifferenceKind::Unexpected => "unexpected",
        DifferenceKind::Changed(_) => "changed",
        DifferenceKind::Unknown(_) => "unknown",
    }
}

fn name_of(object: &ObjectRef) -> String {
    match (&object.table, object.kind) {
        (Some(table), ObjectKind::Column) => format!("column `{table}.{}`", object.name),
        (Some(table), kind) => format!("{} `{}` of `{table}`", kind.words(), object.name),
        (None, kind) => format!("{} `{}`", kind.words(), object.name),
    }
}
