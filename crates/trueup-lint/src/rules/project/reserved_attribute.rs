//! `reserved-attribute`: a mapped attribute with a name that the declarative base needs.

use trueup_schema::facts::ClassFacts;
use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::Living;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "reserved-attribute",
    group: Group::Project,
    severity: Severity::Error,
    summary: "A mapped attribute has a name that SQLAlchemy's declarative base needs itself",
    enabled: true,
    docs: include_str!("reserved_attribute.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let living = Living::new(context.facts);
    for class in context.facts.classes.iter().filter(|class| living.has(class.location.as_ref())) {
        for attribute in
            class.attributes.iter().filter(|attribute| ["column", "relationship"].contains(&attribute.kind))
        {
            let (severity, effect) = match attribute.name.as_str() {
                "metadata" => (Severity::Error, "SQLAlchemy refuses the class"),
                "registry" => (Severity::Warning, "it hides the registry of the base class"),
                "query" | "query_class" if is_flask_model(class) => {
                    (Severity::Warning, "it hides Flask-SQLAlchemy's query of the class")
                }
                _ => continue,
            };
            let name = &attribute.name;
            let finding = RULE
                .finding_as(severity, format!("`{}.{name}` has a reserved name: {effect}", class.name))
                .at(attribute.location.clone().or_else(|| class.location.clone()))
                .about(ObjectRef::new(ObjectKind::Class, class.name.as_str()))
                .help(format!("call the attribute `{name}_` and keep the column's name: `{name}_ = Column(\"{name}\", …)`"));
            report.push(finding);
        }
    }
}

fn is_flask_model(class: &ClassFacts) -> bool {
    class.bases.iter().any(|base| base == "Model" || base.ends_with(".Model"))
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::ProjectFacts;

    use super::RULE;
    use crate::testing::{attribute, class_facts, project_findings};

    fn facts(name: &str, kind: &'static str) -> ProjectFacts {
        let mut class = class_facts("Event", "app.a");
        class.attributes = vec![attribute(name, kind)];
        ProjectFacts { classes: vec![class], ..ProjectFacts::default() }
    }

    #[test]
    fn metadata_is_refused() {
        let found = project_findings(&RULE, &facts("metadata", "column"));
        assert_eq!(found[0].message, "`Event.metadata` has a reserved name: SQLAlchemy refuses the class");
    }

    #[test]
    fn other_names_and_kinds_are_fine() {
        assert!(project_findings(&RULE, &facts("metadata_", "column")).is_empty());
        assert!(project_findings(&RULE, &facts("metadata", "other")).is_empty());
        assert!(project_findings(&RULE, &facts("query", "column")).is_empty());
    }
}
