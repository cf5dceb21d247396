//! `duplicate-table-definition`: a table that two models define.

use std::collections::BTreeMap;

use trueup_schema::facts::TableFacts;
use trueup_schema::{ObjectKind, ObjectName, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::Living;
use crate::words::list;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "duplicate-table-definition",
    group: Group::Project,
    severity: Severity::Error,
    summary: "Two models define the same table",
    enabled: true,
    docs: include_str!("duplicate_table_definition.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let living = Living::new(context.facts);
    let mut by_name: BTreeMap<&ObjectName, Vec<&TableFacts>> = BTreeMap::new();
    for table in &context.facts.tables {
        if living.has(table.location.as_ref()) && !table.extends_existing {
            by_name.entry(&table.name).or_default().push(table);
        }
    }
    for (name, definitions) in by_name {
        let Some((first, others)) = definitions.split_first() else { continue };
        let twins: Vec<&&TableFacts> = others.iter().filter(|other| collide(first, other)).collect();
        let Some(second) = twins.first() else { continue };
        let different = differing_columns(first, second);
        let ending = if different.is_empty() {
            String::new()
        } else {
            format!("; they differ in {}", list(&different, 4))
        };
        let mut finding = RULE
            .finding(format!("table `{name}` is defined by {} and by {}{ending}", who(first), who(second)))
            .at(second.location.clone())
            .about(ObjectRef::new(ObjectKind::Table, name.to_string()))
            .evidence("columns_that_differ", different)
            .related(first.location.clone(), format!("{} is here", who(first)))
            .help("keep one definition and import it where it is needed");
        for other in twins.iter().skip(1) {
            finding = finding.related(other.location.clone(), format!("{} too", who(other)));
        }
        report.push(finding);
    }
}

/// Tells whether SQLAlchemy would refuse the second one: same registry, other place.
fn collide(first: &TableFacts, second: &TableFacts) -> bool {
    let same_registry =
        first.registry.is_none() || second.registry.is_none() || first.registry == second.registry;
    same_registry && (first.location != second.location || first.location.is_none())
}

fn who(table: &TableFacts) -> String {
    match &table.class {
        Some(class) => format!("`{}.{class}`", table.module),
        None => format!("`{}`", table.module),
    }
}

fn differing_columns(first: &TableFacts, second: &TableFacts) -> Vec<String> {
    let only = |left: &TableFacts, right: &TableFacts| -> Vec<String> {
        left.columns
            .iter()
            .filter(|column| !right.columns.contains(column))
            .map(|(name, _)| name.clone())
            .collect()
    };
    let mut names = only(first, second);
    names.extend(only(second, first));
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::ProjectFacts;

    use super::RULE;
    use crate::testing::{project_findings, table_facts};

    #[test]
    fn the_second_definition_is_reported_with_what_differs() {
        let mut second = table_facts("t", "app.b");
        second.columns.push(("extra".to_owned(), "text".to_owned()));
        let facts =
            ProjectFacts { tables: vec![table_facts("t", "app.a"), second], ..ProjectFacts::default() };
        let found = project_findings(&RULE, &facts);
        assert_eq!(
            found[0].message,
            "table `t` is defined by `app.a.T` and by `app.b.T`; they differ in `extra`"
        );
    }

    #[test]
    fn extend_existing_and_other_registries_are_meant() {
        let mut extending = table_facts("t", "app.b");
        extending.extends_existing = true;
        let (mut left, mut right) = (table_facts("u", "app.a"), table_facts("u", "app.b"));
        (left.registry, right.registry) = (Some(0), Some(1));
        let facts = ProjectFacts {
            tables: vec![table_facts("t", "app.a"), extending, left, right],
            ..ProjectFacts::default()
        };
        assert!(project_findings(&RULE, &facts).is_empty());
    }
}
