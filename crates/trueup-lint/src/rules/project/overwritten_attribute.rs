//! `overwritten-attribute`: a mapped attribute that a later one of the same name replaces.

use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::Living;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "overwritten-attribute",
    group: Group::Project,
    severity: Severity::Error,
    summary: "A class body assigns the same attribute twice, so the first column or relationship is lost",
    enabled: true,
    docs: include_str!("overwritten_attribute.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let living = Living::new(context.facts);
    let mapped = |kind: &str| kind == "column" || kind == "relationship";
    for class in context.facts.classes.iter().filter(|class| living.has(class.location.as_ref())) {
        for (index, later) in class.attributes.iter().enumerate() {
            let Some(earlier) =
                class.attributes[..index].iter().rev().find(|earlier| earlier.name == later.name)
            else {
                continue;
            };
            // Methods of one name are setters and expressions of properties; `other` may build on the first one.
            let lost = (mapped(earlier.kind) && later.kind == "method") || mapped(later.kind);
            if !lost || (earlier.kind == "other" && later.kind != "relationship") {
                continue;
            }
            let finding = RULE
                .finding(format!(
                    "`{}.{}` is assigned twice: the {} replaces the {} above it",
                    class.name, later.name, later.kind, earlier.kind
                ))
                .at(later.location.clone().or_else(|| class.location.clone()))
                .about(ObjectRef::new(ObjectKind::Class, class.name.as_str()))
                .related(earlier.location.clone(), format!("the {} that is lost", earlier.kind))
                .help("give one of them another name");
            report.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::ProjectFacts;

    use super::RULE;
    use crate::testing::{attribute, class_facts, project_findings};

    fn facts(kinds: &[&'static str]) -> ProjectFacts {
        let mut class = class_facts("Event", "app.a");
        class.attributes = kinds.iter().map(|kind| attribute("owner", kind)).collect();
        ProjectFacts { classes: vec![class], ..ProjectFacts::default() }
    }

    #[test]
    fn a_relationship_over_a_column() {
        let found = project_findings(&RULE, &facts(&["column", "relationship"]));
        assert_eq!(
            found[0].message,
            "`Event.owner` is assigned twice: the relationship replaces the column above it"
        );
    }

    #[test]
    fn property_setters_are_fine() {
        assert!(project_findings(&RULE, &facts(&["method", "method"])).is_empty());
        assert!(project_findings(&RULE, &facts(&["column"])).is_empty());
    }
}
