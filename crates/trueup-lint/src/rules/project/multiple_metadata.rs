//! `multiple-metadata`: tables in a registry that env.py does not compare.

use trueup_schema::facts::TableFacts;
use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::Living;
use crate::words::{count, list};
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "multiple-metadata",
    group: Group::Project,
    severity: Severity::Error,
    summary: "Tables belong to another `MetaData` than the one that env.py compares",
    enabled: true,
    docs: include_str!("multiple_metadata.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let facts = context.facts;
    let targets = &facts.target_registries;
    let living = Living::new(facts);
    let of = |registry: usize| -> Vec<&TableFacts> {
        let owned = facts.tables.iter().filter(|table| table.registry == Some(registry));
        owned.filter(|table| living.has(table.location.as_ref())).collect()
    };
    let used: Vec<usize> = (0..facts.registries.len()).filter(|registry| !of(*registry).is_empty()).collect();
    // Without a target nobody can say which one is right; the biggest is taken for the usual one.
    let Some(main) =
        targets.first().copied().or_else(|| used.iter().copied().max_by_key(|registry| of(*registry).len()))
    else {
        return;
    };
    let severity = if targets.is_empty() { Severity::Warning } else { RULE.severity };
    for registry in used.into_iter().filter(|registry| *registry != main && !targets.contains(registry)) {
        let (tables, other) = (of(registry), &facts.registries[registry]);
        let names: Vec<String> = tables.iter().map(|table| table.name.to_string()).collect();
        let main_label = facts.registries.get(main).map_or("the other one", |main| main.label.as_str());
        let verb = if names.len() == 1 { "is" } else { "are" };
        let message = match targets.first() {
            Some(_) => format!(
                "{} {verb} in `{}`, but env.py compares `{main_label}`: {}",
                count(names.len(), "table"),
                other.label,
                list(&names, 6)
            ),
            None => format!(
                "{} {verb} in `{}` rather than in `{main_label}`: {}",
                count(names.len(), "table"),
                other.label,
                list(&names, 6)
            ),
        };
        let built: Vec<String> = tables
            .iter()
            .filter(|table| context.revisions.is_some_and(|schema| schema.tables.contains_key(&table.name)))
            .map(|table| table.name.to_string())
            .collect();
        let mut finding = RULE
            .finding_as(severity, message)
            .at(other.location.clone().or_else(|| tables[0].location.clone()))
            .about(ObjectRef::new(ObjectKind::Class, other.label.trim_end_matches(".metadata")))
            .evidence("tables", names.clone())
            .evidence("dropped", built)
            .help(format!(
                "derive the classes from the base of `{main_label}`, or give `target_metadata` a list of both"
            ));
        for table in tables.iter().take(10) {
            finding = finding.related(table.location.clone(), format!("table `{}`", table.name));
        }
        report.push_cause(finding, names.into_iter().map(Cause::Table).collect());
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::ProjectFacts;

    use super::RULE;
    use crate::testing::{env, project_findings, registry, table_facts};

    fn facts(second: usize) -> ProjectFacts {
        let mut tables = vec![table_facts("a", "app.a"), table_facts("b", "app.b")];
        tables[0].registry = Some(0);
        tables[1].registry = Some(second);
        ProjectFacts {
            registries: vec![registry("app.db.Base.metadata"), registry("app.old.Base.metadata")],
            target_registries: vec![0],
            env: Some(env()),
            tables,
            ..ProjectFacts::default()
        }
    }

    #[test]
    fn tables_of_another_registry_are_listed() {
        let found = project_findings(&RULE, &facts(1));
        assert_eq!(
            found[0].message,
            "1 table is in `app.old.Base.metadata`, but env.py compares `app.db.Base.metadata`: `b`"
        );
    }

    #[test]
    fn a_list_of_both_is_fine() {
        let facts = ProjectFacts { target_registries: vec![0, 1], ..facts(1) };
        assert!(project_findings(&RULE, &facts).is_empty());
    }

    #[test]
    fn one_registry_is_fine() {
        assert!(project_findings(&RULE, &facts(0)).is_empty());
    }
}
