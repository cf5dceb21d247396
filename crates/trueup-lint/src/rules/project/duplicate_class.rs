//! `duplicate-class`: two mapped classes of the same name in one registry.

use std::collections::BTreeMap;

use trueup_schema::facts::ClassFacts;
use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::Living;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "duplicate-class",
    group: Group::Project,
    severity: Severity::Warning,
    summary: "Two mapped classes of one registry have the same name",
    enabled: true,
    docs: include_str!("duplicate_class.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let facts = context.facts;
    let living = Living::new(facts);
    let mut by_name: BTreeMap<(Option<usize>, &str), Vec<&ClassFacts>> = BTreeMap::new();
    for class in
        facts.classes.iter().filter(|class| class.table.is_some() && living.has(class.location.as_ref()))
    {
        by_name.entry((class.registry, &class.name)).or_default().push(class);
    }
    for ((_, name), classes) in by_name {
        let Some((first, others)) = classes.split_first() else { continue };
        // The same table twice is `duplicate-table-definition`.
        let Some(second) = others.iter().find(|other| other.table != first.table) else { continue };
        let user =
            facts.relationships.iter().find(|relationship| relationship.target.as_deref() == Some(name));
        let (severity, ending) = match user {
            Some(user) => (
                Severity::Error,
                format!(", and `{}.{}` cannot tell which one it refers to", user.class, user.name),
            ),
            None => (RULE.severity, String::new()),
        };
        let finding = RULE
            .finding_as(
                severity,
                format!("class `{name}` is mapped in `{}` and in `{}`{ending}", first.module, second.module),
            )
            .at(second.location.clone())
            .about(ObjectRef::new(ObjectKind::Class, name))
            .related(first.location.clone(), "the other one is here")
            .related(user.and_then(|user| user.location.clone()), "the relationship that refers to the name")
            .help(format!(
                "rename one of them, or write the whole path, `\"{}.{name}\"`, in relationships",
                first.module
            ));
        report.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::Severity;
    use trueup_schema::facts::ProjectFacts;

    use super::RULE;
    use crate::testing::{class_facts, project_findings, relationship};

    fn facts(second: &str) -> ProjectFacts {
        let (mut a, mut b) = (class_facts("Tag", "app.a"), class_facts(second, "app.b"));
        (a.table, b.table) = (Some("tags".into()), Some("labels".into()));
        ProjectFacts { classes: vec![a, b], ..ProjectFacts::default() }
    }

    #[test]
    fn the_same_name_twice() {
        let found = project_findings(&RULE, &facts("Tag"));
        assert_eq!(found[0].message, "class `Tag` is mapped in `app.a` and in `app.b`");
        assert_eq!(found[0].severity, Severity::Warning);
    }

    #[test]
    fn a_relationship_makes_it_an_error() {
        let mut facts = facts("Tag");
        facts.relationships = vec![relationship("Post", "tags", "Tag")];
        assert_eq!(project_findings(&RULE, &facts)[0].severity, Severity::Error);
    }

    #[test]
    fn other_names_are_fine() {
        assert!(project_findings(&RULE, &facts("Label")).is_empty());
    }
}
