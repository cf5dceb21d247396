//! `enum-labels-differ`: an enum type whose labels differ between sources, or that exists twice.

use trueup_schema::{EnumType, ObjectKind, ObjectRef, Schema, Severity};

use crate::context::ModelsContext;
use crate::words::list;
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "enum-labels-differ",
    group: Group::Models,
    severity: Severity::Error,
    summary: "An enum has other labels in the models than in the revisions or the database, or exists twice",
    enabled: true,
    docs: include_str!("enum_labels_differ.md"),
    check: Check::Models(check),
};

fn check(context: &ModelsContext<'_>, report: &mut Report) {
    let own = if context.from_models { "the models" } else { "the revisions" };
    let others: [(&str, Option<&Schema>); 2] =
        [("the revisions", context.revisions), ("the database", context.database)];
    for ours in context.schema.enums.values() {
        for (source, other) in others {
            let Some(theirs) = other.and_then(|other| other.enums.get(&ours.name)) else { continue };
            if source != own && theirs.labels != ours.labels {
                report_difference(ours, theirs, own, source, report);
                break;
            }
        }
    }
    report_twins(context.schema, report);
}

fn report_difference(ours: &EnumType, theirs: &EnumType, own: &str, source: &str, report: &mut Report) {
    let missing: Vec<&String> = ours.labels.iter().filter(|label| !theirs.labels.contains(label)).collect();
    let extra: Vec<&String> = theirs.labels.iter().filter(|label| !ours.labels.contains(label)).collect();
    let lower = |labels: &[String]| labels.iter().map(|label| label.to_lowercase()).collect::<Vec<_>>();
    let (severity, fact, help) = if lower(&ours.labels) == lower(&theirs.labels) {
        (
            RULE.severity,
            format!("has {} in {own}, but {} in {source}", list(&ours.labels, 4), list(&theirs.labels, 4)),
            "SQLAlchemy stores the names of a Python enum; write values_callable to store its values"
                .to_owned(),
        )
    } else if missing.is_empty() && extra.is_empty() {
        (
            Severity::Warning,
            format!("has its labels in another order in {own} than in {source}"),
            "comparisons and ORDER BY follow the order of the type".to_owned(),
        )
    } else if missing.is_empty() {
        (
            Severity::Warning,
            format!("has {} in {source}, which {own} do not have", list(&extra, 6)),
            "rows with that label cannot be read by the models".to_owned(),
        )
    } else {
        (
            RULE.severity,
            format!("lacks {} in {source}, which {own} use", list(&missing, 6)),
            format!(
                "op.execute(\"ALTER TYPE {} ADD VALUE '{}'\")",
                ours.name,
                missing[0].replace('\'', "''")
            ),
        )
    };
    let name = ours.name.to_string();
    let finding = RULE
        .finding_as(severity, format!("enum `{name}` {fact}"))
        .at(ours.origin.location())
        .about(ObjectRef::new(ObjectKind::Enum, name.as_str()))
        .evidence("labels", ours.labels.clone())
        .evidence("other_labels", theirs.labels.clone())
        .related(theirs.origin.location(), format!("in {source}"))
        .help(help);
    report.push_cause(finding, vec![Cause::Object(ObjectKind::Enum, name)]);
}

/// Two types with the same labels are usually one that was named twice.
fn report_twins(schema: &Schema, report: &mut Report) {
    let enums: Vec<&EnumType> = schema.enums.values().filter(|one| one.labels.len() > 1).collect();
    for (index, second) in enums.iter().enumerate() {
        let Some(first) = enums[..index].iter().find(|first| first.labels == second.labels) else { continue };
        let finding = RULE
            .finding_as(
                Severity::Info,
                format!("enum `{}` has the same labels as `{}`", second.name, first.name),
            )
            .at(second.origin.location())
            .about(ObjectRef::new(ObjectKind::Enum, second.name.to_string()))
            .related(first.origin.location(), "the other one is here")
            .help(
                "use one type for both columns if they mean the same; values of two types cannot be compared",
            );
        report.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::{Diagnostic, Dialect, EnumType, Origin, Schema};

    use super::RULE;
    use crate::testing::{models_context, run_models};

    fn with(enums: &[(&str, &[&str])]) -> Schema {
        let mut schema = Schema::new(Dialect::Postgresql);
        for (name, labels) in enums {
            let labels = labels.iter().map(|label| (*label).to_owned()).collect();
            let one = EnumType { name: (*name).into(), labels, comment: None, origin: Origin::none() };
            schema.enums.insert(one.name.clone(), one);
        }
        schema
    }

    fn found(models: &[&str], revisions: &[&str]) -> Vec<Diagnostic> {
        let (models, revisions) = (with(&[("status", models)]), with(&[("status", revisions)]));
        let mut context = models_context(&models);
        context.revisions = Some(&revisions);
        run_models(&RULE, &context)
    }

    #[test]
    fn a_label_that_no_revision_adds() {
        let found = found(&["a", "b"], &["a"]);
        assert_eq!(found[0].message, "enum `status` lacks `b` in the revisions, which the models use");
        assert_eq!(found[0].help.as_deref(), Some("op.execute(\"ALTER TYPE status ADD VALUE 'b'\")"));
    }

    #[test]
    fn names_against_values() {
        assert!(found(&["OPEN"], &["open"])[0].help.as_ref().unwrap().contains("values_callable"));
    }

    #[test]
    fn twins_and_equals() {
        let twins = with(&[("a", &["x", "y"]), ("b", &["x", "y"])]);
        assert_eq!(
            run_models(&RULE, &models_context(&twins))[0].message,
            "enum `b` has the same labels as `a`"
        );
        assert!(found(&["a"], &["a"]).is_empty());
    }
}
